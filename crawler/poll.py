"""Use case: a claimed feed becomes a request, its outcome becomes the next poll."""
