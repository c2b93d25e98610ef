"""Killable CPU work: a pool of processes with a deadline and a memory limit for each task."""
