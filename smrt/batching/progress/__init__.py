"""Shows how far a batch is: a bar on a terminal, lines or JSON elsewhere."""
