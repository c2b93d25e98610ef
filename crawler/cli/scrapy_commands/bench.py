"""`scrapy bench`: refused in words."""

from scrapy.commands import bench

from crawler.cli.unwired import Unwired


class Command(Unwired, bench.Command):
    """Takes the options of Scrapy's command."""
