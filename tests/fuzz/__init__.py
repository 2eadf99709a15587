"""Fuzzing: random input of every kind that smrt reads. Run it with `python -m tests.fuzz`."""
