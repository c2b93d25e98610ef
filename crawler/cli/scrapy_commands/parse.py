"""`scrapy parse`: refused in words."""

from scrapy.commands import parse

from crawler.cli.unwired import Unwired


class Command(Unwired, parse.Command):
    """Takes the options of Scrapy's command."""
