"""Scrapy adapters that are neither spider nor pipeline."""

from typing import TYPE_CHECKING, cast

from scrapy.crawler import Crawler

if TYPE_CHECKING:  # the handler needs no application, and starts without Redis
    from crawler.app import App

APP_SETTING = "KORDON_APP"


def app_of(crawler: Crawler) -> "App":
    """Return the application that the command put into the crawler's settings."""
    return cast("App", crawler.settings[APP_SETTING])
