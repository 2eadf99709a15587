"""One call of the command line, from its options to what is written."""
