"""Help and man pages."""
