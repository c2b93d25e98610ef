"""Each article goes into the corpus, which outlives every window."""

from typing import Self

from scrapy.crawler import Crawler

from crawler.ingest import PreparedArticle
from crawler.middlewares import app_of
from crawler.ports import Corpus, Texts


class KeepPipeline:
    """Append articles to the corpus before they are placed, so that a rebuild misses none."""

    def __init__(self, corpus: Corpus, texts: Texts) -> None:
        self._corpus = corpus
        self._texts = texts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the corpus from the running crawl's application."""
        app = app_of(crawler)
        return cls(app.corpus, app.texts)

    async def process_item(self, item: PreparedArticle) -> PreparedArticle:
        """Keep the article and pass it on; first note its text, so that it leaves in time."""
        await self._texts.note(item.article)
        await self._corpus.keep(item.article)
        return item
