"""The `kordon` command, one file for each group of commands."""
