"""Starting Scrapy: the one place where a command becomes a running engine."""

from inspect import Parameter, signature
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from crawler.app import App
from crawler.cli.session import scrapys_words, settings_of_kordon
from crawler.middlewares import APP_SETTING

APPLICATION = "app"  # the argument that a spider's own `from_crawler` gives it


async def run_spider(app: App, name: str, **arguments: Any) -> None:  # noqa: ANN401 - the spider's own
    """Let the spider of this name work to its end, on the settings and the application given."""
    own = scrapys_words(app.config)
    settings = Settings({**settings_of_kordon(), **own, APP_SETTING: app})
    await AsyncCrawlerRunner(settings).crawl(name, **arguments)


def spiders() -> dict[str, list[str]]:
    """Return the spiders in `spiders/` by name, each with the arguments that it needs."""
    loader = AsyncCrawlerRunner(Settings(settings_of_kordon())).spider_loader
    return {name: _needed(loader.load(name)) for name in sorted(loader.list())}


def _needed(spider: type[Spider]) -> list[str]:
    told = [one for one in signature(spider).parameters.values() if one.name != APPLICATION]
    named = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return [one.name for one in told if one.kind in named and one.default is Parameter.empty]
