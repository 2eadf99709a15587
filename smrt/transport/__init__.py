"""HTTP/1.1 over sockets: connections, TLS, proxies."""
