"""Bidirectional streams: their operation, the parts of their messages, and the signatures."""
