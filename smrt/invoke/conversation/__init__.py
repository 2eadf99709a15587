"""A bidirectional stream at a shell: input and output flow at the same time, on one thread."""
