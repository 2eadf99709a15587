"""Benchmarks of smrt and its alternatives: run `make bench`, or see `__main__`."""
