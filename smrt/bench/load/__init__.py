"""Sends requests by a schedule: a closed loop of callers, or an open loop of arrivals."""
