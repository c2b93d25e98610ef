"""The public contract: what other services read from Redis."""
