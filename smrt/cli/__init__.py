"""The command line: parsing, commands, help, prompt, completion."""
