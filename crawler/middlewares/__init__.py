"""Scrapy adapters that are neither spider nor pipeline."""

from typing import TYPE_CHECKING, cast

from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

if TYPE_CHECKING:  # the handler needs no application, and starts without Redis
    from crawler.app import App

APP_SETTING = "KORDON_APP"
UNWIRED = (
    "Scrapy was started without Kordon's application; use `scrapy crawl feeds` or `kordon run`; "
    "`kordon feeds verify` to look at a feed, `scrapy crawl NAME` for a spider of your own"
)


def app_of(crawler: Crawler) -> "App":
    """Return the application that the command put into the crawler's settings.

    Raises:
        UsageError: Scrapy was started without one; its commands end with these words.
    """
    if APP_SETTING not in crawler.settings:
        raise UsageError(UNWIRED, print_help=False)
    return cast("App", crawler.settings[APP_SETTING])
