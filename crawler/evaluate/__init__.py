"""How well pages are read, measured against labelled data."""
