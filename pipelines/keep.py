"""Each article goes into the corpus, which outlives every window."""

from typing import Self

from scrapy.crawler import Crawler

from crawler.ingest import PreparedArticle
from crawler.middlewares import app_of
from crawler.ports import Corpus


class KeepPipeline:
    """Append articles to the corpus before they are placed, so that a rebuild misses none."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the corpus from the running crawl's application."""
        return cls(app_of(crawler).corpus)

    async def process_item(self, item: PreparedArticle) -> PreparedArticle:
        """Keep the article and pass it on."""
        await self._corpus.keep(item.article)
        return item
