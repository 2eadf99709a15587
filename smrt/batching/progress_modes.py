"""The values of --progress."""

MODES = ("auto", "bar", "lines", "json", "none")
