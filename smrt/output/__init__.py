"""Where output goes: streams, files, formats, queries, failures."""
