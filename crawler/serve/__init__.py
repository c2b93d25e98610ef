"""What other services ask over HTTP: the API, feeds, health and metrics."""
