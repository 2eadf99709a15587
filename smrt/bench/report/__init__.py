"""Reports of a benchmark: for the terminal, as files, as a page with charts."""
