"""Files on the disk: written whole, locked, on a local file system."""
