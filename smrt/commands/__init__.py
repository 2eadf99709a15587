"""One file per command, named like it; a command is imported when it is called."""
