"""HTTP/2 by h2, for streams in both directions; only they import this package."""
