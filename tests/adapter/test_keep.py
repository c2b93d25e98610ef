"""What is kept of an article before it is placed."""

from datetime import timedelta

from served import NOON, an_article

from crawler.ingest import PreparedArticle
from crawler.model import Entry, EntryClaim, EntryId, FeedId
from crawler.store.corpus.local import LocalCorpus
from crawler.store.texts import MemoryTexts
from pipelines.keep import KeepPipeline


async def test_an_article_is_kept_and_its_text_noted_for_its_term(tmp_path):
    corpus, texts, article = LocalCorpus(tmp_path), MemoryTexts(), an_article()
    entry = Entry(EntryId("e"), article.url, article.outlet, FeedId("f"))
    prepared = PreparedArticle(EntryClaim("k", entry, 0, NOON), article)
    assert await KeepPipeline(corpus, texts).process_item(prepared) is prepared
    corpus.close()
    assert [one async for one in corpus.read()] == [article]
    noted = await texts.older(article.outlet, NOON + timedelta(seconds=1), 9)
    assert noted == {article.id: article.fetched}
