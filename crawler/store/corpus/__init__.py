"""The corpus: every kept article, on a local directory or at an address many machines share."""
