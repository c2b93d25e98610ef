"""The corpus in each of its forms: what is kept comes back, once, also after a crash."""

import asyncio
import os
import resource
import signal
import socket
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from struct import pack
from zlib import crc32

import pytest
from articles import NOON, an_article, words_of
from msgspec import json
from zstandard import ZstdCompressor, ZstdDecompressor, get_frame_parameters

from crawler.errors import ConfigError, StoreError
from crawler.model import Article
from crawler.store.corpus.local import LocalCorpus, damaged_segments
from crawler.store.corpus.objects import ObjectCorpus
from crawler.store.corpus.records import packed

HEADER_BYTES = 32


@pytest.fixture
def corpus(tmp_path):
    corpus = LocalCorpus(tmp_path / "corpus")
    yield corpus
    corpus.close()


def articles_of(count: int, outlet: str = "one") -> list[Article]:
    return [
        an_article(url=f"https://{outlet}.example/{n}", at=NOON + timedelta(minutes=n))
        for n in range(count)
    ]


async def everything_in(folder: Path) -> list[Article]:
    return [article async for article in LocalCorpus(folder).read()]


# --- every form ------------------------------------------------------------------------------


async def test_what_is_kept_comes_back_whole_and_in_order(shelf):
    corpus, articles = shelf.opened(), articles_of(80)
    for article in articles:
        await corpus.keep(article)
    assert await shelf.everything() == articles


async def test_what_is_kept_at_the_same_moment_comes_back_too(shelf):
    corpus, articles = shelf.opened(), articles_of(80)
    await asyncio.gather(*map(corpus.keep, [*articles, *articles]))
    assert sorted(await shelf.everything(), key=attrgetter("fetched")) == articles


async def test_an_empty_corpus_reads_as_nothing(shelf):
    assert await shelf.everything() == []


async def test_keeping_again_reads_as_once_also_after_a_restart(shelf):
    (article,) = articles_of(1)
    corpus = shelf.opened()
    await corpus.keep(article)
    await corpus.keep(article)
    await shelf.opened().keep(article)
    assert await shelf.everything() == [article]


async def test_a_new_text_at_the_same_address_is_kept_too(shelf):
    corpus = shelf.opened()
    await corpus.keep(an_article(words_of(1)))
    await corpus.keep(an_article(words_of(2)))
    assert len(await shelf.everything()) == 2


async def test_what_is_forgotten_is_gone_and_the_rest_stays(shelf):
    corpus, articles = shelf.opened(), [*articles_of(5), *articles_of(5, "two")]
    await asyncio.gather(*map(corpus.keep, articles))
    assert await corpus.forget(lambda article: article.url.startswith("https://two")) == 5
    assert sorted(await shelf.everything(), key=attrgetter("fetched")) == articles[:5]
    assert await corpus.forget(lambda article: True) == 5
    assert await shelf.everything() == []


# --- objects ---------------------------------------------------------------------------------


async def test_what_comes_while_an_object_is_written_forms_the_next_one(tmp_path):
    corpus = ObjectCorpus(tmp_path.as_uri())
    await asyncio.gather(*map(corpus.keep, articles_of(50)))
    assert 1 <= len(list(tmp_path.iterdir())) <= 2


async def test_an_address_that_refuses_is_told_and_what_was_refused_is_kept_later(tmp_path):
    folder = tmp_path / "corpus"
    folder.write_text("in the way")
    first, second = articles_of(2)
    corpus = ObjectCorpus(folder.as_uri())
    with pytest.raises(StoreError, match="mend KORDON_CORPUS_URL"):
        await corpus.keep(first)
    folder.unlink()
    await corpus.keep(second)
    await corpus.keep(first)
    assert await everything_in(folder) == [first, second]


async def test_a_bare_path_is_a_directory_that_is_made(tmp_path):
    (article,) = articles_of(1)
    await ObjectCorpus(str(tmp_path / "new" / "corpus")).keep(article)
    assert await everything_in(tmp_path / "new" / "corpus") == [article]


@pytest.mark.parametrize("address", ["nonsense://bucket/corpus", "s3://bucket/corpus"])
def test_an_address_of_an_unknown_kind_is_refused(address):
    with pytest.raises(ConfigError, match="KORDON_CORPUS_URL cannot be used"):
        ObjectCorpus(address)


@pytest.mark.parametrize(
    "address",
    ["http://olena:s3cr3t@127.0.0.1:{port}/corpus", "http://127.0.0.1:{port}/corpus?key=s3cr3t",
     "simplecache::http://olena:s3/cr3t@127.0.0.1:{port}/corpus?key=s3cr3t",
     "nonsense://olena:s3cr3t@bucket/corpus?key=s3cr3t"],
)  # fmt: skip
async def test_what_is_said_of_an_address_holds_none_of_its_secrets(address):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]  # nobody listens there afterwards
    with pytest.raises((StoreError, ConfigError)) as told:
        await ObjectCorpus(address.format(port=port)).keep(*articles_of(1))
    assert "KORDON_CORPUS_URL" in str(told.value)
    assert "cr3t" not in str(told.value)
    assert "olena" not in str(told.value)


# --- a directory -----------------------------------------------------------------------------


async def test_keeping_again_adds_nothing_to_a_directory_also_after_a_restart(corpus, tmp_path):
    (article,) = articles_of(1)
    await corpus.keep(article)
    corpus.close()
    await LocalCorpus(tmp_path / "corpus").keep(article)
    assert len(list((tmp_path / "corpus").iterdir())) == 1


@pytest.fixture
def few_files():
    """Let this process open so few files that a corpus may have more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(list(Path("/dev/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 20, hard))
    yield 40
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_there_may_be_more_segments_than_files_a_process_may_open(tmp_path, few_files):
    articles = articles_of(few_files)
    for article in reversed(articles):
        corpus = LocalCorpus(tmp_path)
        await corpus.keep(article)
        corpus.close()
    assert await everything_in(tmp_path) == articles
    gone = {article.id: article.fetched for article in articles}
    assert await LocalCorpus(tmp_path).cut(gone) == few_files
    assert [article.text for article in await everything_in(tmp_path)] == [""] * few_files


async def test_a_record_that_is_cut_while_it_waits_for_its_turn_breaks_no_reader(tmp_path):
    many, others = articles_of(70), articles_of(100, outlet="two")[::99]
    for articles in (many, others):
        corpus = LocalCorpus(tmp_path)
        await asyncio.gather(*map(corpus.keep, articles))
        corpus.close()
    reader = aiter(LocalCorpus(tmp_path).read())
    read = [await anext(reader)]
    assert await LocalCorpus(tmp_path).cut({others[1].id: others[1].fetched}) == 1
    read += [article async for article in reader]
    assert {article.id for article in read} == {article.id for article in (*many, *others)}


async def test_any_zstd_tool_prints_one_json_line_for_each_article(corpus, tmp_path):
    for article in articles_of(3):
        await corpus.keep(article)
    (segment,) = (tmp_path / "corpus").iterdir()
    with segment.open("rb") as file:
        reader = ZstdDecompressor().stream_reader(file, read_across_frames=True)
        assert reader.read().count(b"\n") == 3


async def test_a_torn_record_is_left_out_and_the_rest_is_read(corpus, tmp_path):
    articles = articles_of(3)
    for article in articles:
        await corpus.keep(article)
    corpus.close()
    (segment,) = (tmp_path / "corpus").iterdir()
    whole = segment.read_bytes()
    for lost in (1, 20, 40):
        segment.write_bytes(whole[:-lost])
        assert await everything_in(tmp_path / "corpus") == articles[:2]
    again = LocalCorpus(tmp_path / "corpus")
    await again.keep(articles[2])
    again.close()
    assert await everything_in(tmp_path / "corpus") == articles


@pytest.mark.parametrize("flipped", [0, 4, 8, 16, 24, 28, 60])
async def test_a_damaged_record_is_told_and_the_rest_is_read(corpus, tmp_path, caplog, flipped):
    articles = articles_of(3)
    for article in articles:
        await corpus.keep(article)
    (segment,) = (tmp_path / "corpus").iterdir()
    whole = bytearray(segment.read_bytes())
    second = whole.index(whole[:8], 8)
    whole[second + flipped] ^= 0x40
    segment.write_bytes(whole)
    assert await everything_in(tmp_path / "corpus") == [articles[0], articles[2]]
    assert f"{segment.name} is damaged in bytes {second} to" in caplog.text
    assert damaged_segments(tmp_path / "corpus") == [segment.name]


async def test_a_damaged_last_record_is_told_and_a_torn_one_is_not(corpus, tmp_path):
    for article in articles_of(2):
        await corpus.keep(article)
    (segment,) = (tmp_path / "corpus").iterdir()
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-5])
    assert damaged_segments(tmp_path / "corpus") == []
    segment.write_bytes(whole[:-5] + bytes(5))
    assert damaged_segments(tmp_path / "corpus") == [segment.name]


async def test_erased_records_are_no_damage(corpus, tmp_path):
    articles = articles_of(3)
    for article in articles:
        await corpus.keep(article)
    await corpus.forget(lambda article: article.url in {articles[0].url, articles[2].url})
    assert damaged_segments(tmp_path / "corpus") == []
    assert await everything_in(tmp_path / "corpus") == [articles[1]]


async def test_frames_without_a_checksum_are_read_and_new_ones_have_one(corpus, tmp_path):
    [article] = articles_of(1)
    new = packed(article)
    assert get_frame_parameters(new[HEADER_BYTES:]).has_checksum
    frame = ZstdCompressor(level=3).compress(json.encode(article) + b"\n")
    header = new[: HEADER_BYTES - 8] + pack("<II", len(frame), crc32(frame))
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / f"{'0' * 32}.jsonl.zst").write_bytes(header + frame)
    assert await everything_in(tmp_path / "corpus") == [article]


async def test_a_full_disk_is_told_and_tears_nothing(corpus, tmp_path):
    resource = pytest.importorskip("resource")
    first, second = articles_of(2)
    await corpus.keep(first)
    (segment,) = (tmp_path / "corpus").iterdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (segment.stat().st_size + 10, limits[1]))
    try:
        with pytest.raises(StoreError, match="the corpus cannot be written"):
            await corpus.keep(second)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    await corpus.keep(second)
    assert await everything_in(tmp_path / "corpus") == [first, second]


async def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "corpus").write_text("in the way")
    [article] = articles_of(1)
    with pytest.raises(StoreError, match=r"cannot be written \(.+\); make room"):
        await LocalCorpus(tmp_path / "corpus").keep(article)


def _keep_all(folder: Path, outlet: str) -> int:
    async def run() -> None:
        corpus = LocalCorpus(folder)
        for article in articles_of(40, outlet) + articles_of(10, "shared"):
            await corpus.keep(article)

    asyncio.run(run())
    return os.getpid()


async def test_two_accounts_of_one_text_read_as_the_first(corpus, tmp_path):
    (article,) = articles_of(1)
    other = LocalCorpus(tmp_path / "corpus")
    assert await everything_in(tmp_path / "corpus") == []
    await other.keep(replace(article, title="Another title"))
    other.close()
    for segment in (tmp_path / "corpus").iterdir():
        segment.rename(tmp_path / segment.name)
    await corpus.keep(article)
    for segment in tmp_path.glob("*.zst"):
        segment.rename(tmp_path / "corpus" / segment.name)
    assert len(await everything_in(tmp_path / "corpus")) == 1


async def test_processes_keep_side_by_side_and_readers_see_each_article_once(tmp_path):
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        list(pool.map(_keep_all, [tmp_path] * 3, ["one", "two", "three"]))
    urls = [article.url for article in await everything_in(tmp_path)]
    assert len(urls) == len(set(urls)) == 130
