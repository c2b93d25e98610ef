"""The twins: ports in one process's memory that answer as those in Redis do, to test with."""
