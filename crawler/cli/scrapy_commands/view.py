"""`scrapy view`: refused in words."""

from scrapy.commands import view

from crawler.cli.unwired import Unwired


class Command(Unwired, view.Command):
    """Takes the options of Scrapy's command."""
