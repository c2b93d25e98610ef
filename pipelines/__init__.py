"""What happens to a fetched page, one file for each side effect, in order."""
