"""Use case: a page becomes an article or a counted skip, an article gets its place."""
