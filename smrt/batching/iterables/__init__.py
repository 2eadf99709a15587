"""Calls for the records of a Python iterable."""
