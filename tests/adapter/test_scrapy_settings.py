"""Do our settings leave nothing dangerous of Scrapy's switched on?"""

import pytest
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import default_settings
from scrapy.utils.misc import load_object

from crawler.middlewares.handler import GuardedDownloadHandler
from tests.adapter.crawling import SHIPPED, Asker, Crawled, crawl, crawler_for
from tests.site.publisher import Publisher

EXTENSIONS = {"CoreStats", "LogCount"}
DOWNLOADER_MIDDLEWARES = {
    "DefaultHeadersMiddleware",
    "UserAgentMiddleware",
    "RedirectsMiddleware",
    "MannersMiddleware",
    "HttpProxyMiddleware",
}
SPIDER_MIDDLEWARES = {"StartSpiderMiddleware", "MetaCopyDetectionMiddleware"}


class Looker(Asker):
    """Write down what runs around the spider."""

    async def start(self):
        engine = self.crawler.engine
        found = {
            "extensions": self.crawler.extensions,
            "downloader": engine.downloader.middleware,
            "spider": engine.scraper.spidermw,
        }
        self.crawled.answers = {
            name: {type(part).__name__ for part in manager.middlewares}
            for name, manager in found.items()
        }
        self.crawled.answers["handlers"] = dict(engine.downloader.handlers._schemes)
        return
        yield


@pytest.fixture
async def running():
    crawler, crawled = crawler_for(Looker), Crawled()
    runner = AsyncCrawlerRunner(crawler.settings)
    await runner.crawl(crawler, urls=[], meta={}, crawled=crawled)
    return crawled.answers


async def test_only_what_is_needed_runs_around_a_crawl(running):
    assert running["extensions"] == EXTENSIONS
    assert running["downloader"] == DOWNLOADER_MIDDLEWARES
    assert running["spider"] == SPIDER_MIDDLEWARES


async def test_every_scheme_but_the_webs_has_no_handler(running):
    handlers = {scheme: load_object(path) for scheme, path in running["handlers"].items()}
    assert handlers == dict.fromkeys(["http", "https"], GuardedDownloadHandler)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:text/html,x", "ftp://x/", "s3://x/y"])
async def test_a_scheme_that_is_not_the_webs_brings_nothing(url):
    crawled = await crawl(url)
    assert (set(crawled.failures), crawled.answers) == ({url}, {})
    assert crawled.failures[url] == "scheme"


@pytest.mark.parametrize(
    "name",
    ["REMOTE_CONTROL_ENABLED", "TELNETCONSOLE_ENABLED", "COOKIES_ENABLED", "REFERER_ENABLED",
     "METAREFRESH_ENABLED", "RETRY_ENABLED", "COMPRESSION_ENABLED", "ROBOTSTXT_OBEY",
     "TWISTED_REACTOR_ENABLED", "DOWNLOADER_STATS"],
)  # fmt: skip
def test_what_is_switched_off_exists_in_this_scrapy(name):
    assert hasattr(default_settings, name)
    assert not SHIPPED[name]


def test_every_component_that_is_switched_off_exists_in_this_scrapy():
    for setting in ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS"):
        known = getattr(default_settings, f"{setting}_BASE")
        switched_off = {path for path, order in SHIPPED[setting].items() if order is None}
        assert switched_off <= set(known)


async def test_a_crawl_says_nothing_on_the_console(caplog):
    async with Publisher() as site:
        await crawl(site.url("/a"))
    assert [record for record in caplog.records if record.levelname != "DEBUG"] == []
