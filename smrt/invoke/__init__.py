"""One call of the command line, from its options to its output."""
