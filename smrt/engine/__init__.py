"""Many HTTP calls at once, on kept-alive connections, in one thread."""
