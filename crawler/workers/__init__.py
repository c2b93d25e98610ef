"""Consumers of the change stream that keep something of their own up to date."""
