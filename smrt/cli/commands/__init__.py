"""The commands, one file each, named like it; imported when it is called."""
