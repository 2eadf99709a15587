"""The logs of attempts: written entry by entry, and read back by offset."""
