"""`scrapy fetch`: refused in words."""

from scrapy.commands import fetch

from crawler.cli.unwired import Unwired


class Command(Unwired, fetch.Command):
    """Takes the options of Scrapy's command."""
