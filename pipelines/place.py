"""Each article gets its place; then, and only then, its entry is done."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.app import App
from crawler.ingest import PreparedArticle
from crawler.middlewares import app_of


class PlacePipeline:
    """Place articles in every topic they belong to; the decision is `crawler.dedup.placement`."""

    def __init__(self, app: App) -> None:
        self._app = app

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the wired application from the running crawl."""
        return cls(app_of(crawler))

    async def process_item(self, item: PreparedArticle) -> PreparedArticle:
        """Place the article, then mark its entry; a crash between the two only places again."""
        known = await self._app.ingest.place(item.article, item.claim.entry.id)
        await self._app.forget.placed(item.article)
        if known is not None:
            await self._app.visit.trouble(item.claim, known)
            raise DropItem(known.reason, log_level="DEBUG")
        await self._app.visit.done(item.claim)
        return item
