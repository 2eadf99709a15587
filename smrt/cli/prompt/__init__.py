"""The prompt for a command line."""
