"""What Scrapy may say about items: an absent store is told once, by whoever waits for it."""

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from crawler.errors import StoreError


class ItemLogFormatter(LogFormatter):
    """Scrapy's own words, without a trace for each item that a failing store turned away."""

    def item_error(
        self,
        item: Any,  # noqa: ANN401 - Scrapy's
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """Return what is logged of an item that broke a pipeline."""
        words = super().item_error(item, exception, response, spider)
        return {**words, "level": logging.DEBUG} if isinstance(exception, StoreError) else words
