"""What Scrapy may say of an item: its address, never its page; of an absent store nothing."""

import logging

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from crawler.errors import StoreError
from crawler.ingest import FetchedPage, PreparedArticle


class ItemLogFormatter(LogFormatter):
    """Scrapy's own words, short; who waits for a failing store tells of it once."""

    def item_error(
        self,
        item: FetchedPage | PreparedArticle,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """Return what is logged of an item that broke a pipeline."""
        level = logging.DEBUG if isinstance(exception, StoreError) else logging.ERROR
        words = super().item_error(item, exception, response, spider)
        return {**words, "level": level, "args": {"item": item.claim.url}}
