"""Bidirectional streams of smrt local: HTTP/2 on one side, models and WebSockets on the other."""
