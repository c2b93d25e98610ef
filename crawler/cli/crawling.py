"""Starting Scrapy: the one place where a command becomes a running engine."""

from typing import Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from crawler.app import App
from crawler.cli.session import scrapys_words, settings_of_kordon
from crawler.middlewares import APP_SETTING


async def run_spider(app: App, name: str, **arguments: Any) -> None:  # noqa: ANN401 - the spider's own
    """Let the spider of this name work to its end, on the settings and the application given."""
    own = scrapys_words(app.config)
    settings = Settings({**settings_of_kordon(), **own, APP_SETTING: app})
    await AsyncCrawlerRunner(settings).crawl(name, **arguments)
