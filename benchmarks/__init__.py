"""How fast smrt is, against what people would use instead: `make bench`, or see `__main__`."""
