"""When to ask the web, in Scrapy's words."""
