"""Page in, article out; or the page is skipped, counted and dropped."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.app import App
from crawler.errors import SourceError
from crawler.ingest import FetchedPage, PreparedArticle
from crawler.middlewares import app_of
from crawler.model import EntryClaim, Skipped
from crawler.visit import Trouble, judge_failure


class PreparePipeline:
    """Read each page off the event loop; every decision is `crawler.ingest.prepare`."""

    def __init__(self, app: App) -> None:
        self._app = app

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the wired application from the running crawl."""
        return cls(app_of(crawler))

    async def process_item(self, item: FetchedPage) -> PreparedArticle:
        """Return the article, or drop the page with the frontier told why."""
        try:
            prepared = await self._app.forget.passed(await self._app.ingest.prepare(item.page))
        except SourceError as error:
            raise await self._dropped(item.claim, judge_failure(error.reason)) from error
        if isinstance(prepared, Skipped):
            raise await self._dropped(item.claim, prepared)
        return PreparedArticle(item.claim, prepared)

    async def _dropped(self, claim: EntryClaim, trouble: Trouble) -> DropItem:
        await self._app.visit.trouble(claim, trouble)
        return DropItem(trouble.reason, log_level="DEBUG")
