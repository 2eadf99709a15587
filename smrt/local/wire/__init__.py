"""HTTP/1.1 as a server speaks it: requests in, responses out, within limits."""
