"""The connections of the engine: name lookups, TCP, TLS, proxies, HTTP/1.1."""
