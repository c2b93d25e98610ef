"""Kordon: one canonical story out of many copies, for the news along Ukraine's borders."""
