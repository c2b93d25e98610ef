"""`scrapy runspider`: refused in words."""

from scrapy.commands import runspider

from crawler.cli.unwired import Unwired


class Command(Unwired, runspider.Command):
    """Takes the options of Scrapy's command."""
