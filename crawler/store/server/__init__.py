"""The way to Redis: an address of the operator's, or the server that Kordon brings."""
