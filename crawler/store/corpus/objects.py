"""The corpus at an address that many machines share: one object for what was kept together.

Objects cannot be appended to, and each costs a request. So articles that come while an object is
being written form the next one; an article counts as kept when its object is there.

Source: docs/decisions/0115-corpus-objects.md
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import fsspec

from crawler.errors import ConfigError, StoreError
from crawler.model import Article, ArticleId
from crawler.store.corpus.records import (
    SUFFIX,
    Record,
    cut,
    due,
    key_of,
    once,
    packed,
    records,
)
from crawler.store.records import instant, millis

_USER = re.compile(r"(?<=://)\S*@")
_OPTIONS = re.compile(r"\?\S+")


class ObjectCorpus:
    """`ports.Corpus` at an fsspec address, such as `s3://bucket/corpus`.

    A process keeps no text twice; two may, and `read` gives it once. Bytes go through a thread.
    """

    def __init__(self, address: str) -> None:
        self._files, self._folder = _opened(address)
        self._kept: set[bytes] = set()
        self._waiting: dict[bytes, Article] = {}
        self._writing = asyncio.Lock()

    async def keep(self, article: Article) -> None:
        """Write the article, with what else waits, unless this process did before.

        Raises:
            StoreError: The address refuses it.
        """
        key = key_of(article)
        if key in self._kept:
            return
        self._waiting[key] = article
        async with self._writing:
            if key not in self._kept:
                await self._write()

    async def read(self) -> AsyncIterator[Article]:
        """Every kept article once, in the order of the objects' first articles."""
        seen: set[bytes] = set()
        for path in await asyncio.to_thread(self._paths):
            for article in await asyncio.to_thread(self._unseen, path, seen):
                yield article

    async def forget(self, gone: Callable[[Article], bool]) -> int:
        """Write each object anew that holds what `gone` tells; return how many articles left."""
        return await asyncio.to_thread(
            lambda: sum(self._without(path, gone) for path in self._paths())
        )

    async def cut(self, gone: Mapping[ArticleId, datetime]) -> int:
        """Write each object anew that holds such texts of these articles, without them."""
        return await asyncio.to_thread(self._cut, due(gone), max(gone.values(), default=None))

    def _cut(self, is_due: Callable[[Record], bool], last: datetime | None) -> int:
        paths = [path for path in self._paths() if last and _oldest(path) <= last]
        return sum(self._cut_in(path, is_due) for path in paths)

    def examined(self) -> int:
        """Return how many objects there are, once it has shown that one can be written.

        They are not read, which would cost minutes and money at each look.

        Raises:
            StoreError: The address refuses it.
        """
        trial = f"{self._folder}/{uuid4().hex}"  # no name that a reader looks for
        self._asked(self._files.pipe_file, trial, b"kordon")
        self._asked(self._files.rm_file, trial)
        return len(self._paths())

    def close(self) -> None:
        """Let go of nothing: what was kept is written."""

    async def _write(self) -> None:
        batch = dict(self._waiting)
        oldest = min(millis(article.fetched) for article in batch.values())
        path = f"{self._folder}/{oldest:013d}-{uuid4().hex}{SUFFIX}"
        body = b"".join(map(packed, batch.values()))
        await asyncio.to_thread(self._asked, self._files.pipe_file, path, body)
        self._kept |= batch.keys()
        for key in batch:
            del self._waiting[key]

    def _paths(self) -> list[str]:
        found: list[str] = self._asked(self._files.find, self._folder)
        return sorted(path for path in found if path.endswith(SUFFIX))

    def _records(self, path: str) -> Iterator[Record]:
        return records(memoryview(self._asked(self._files.cat_file, path)), path)

    def _unseen(self, path: str, seen: set[bytes]) -> list[Article]:
        found = [record for record in once(self._records(path)) if record.key not in seen]
        seen.update(record.key for record in found)
        return [record.article() for record in found]

    def _without(self, path: str, gone: Callable[[Article], bool]) -> int:
        held = list(self._records(path))
        left = [record for record in held if not gone(record.article())]
        if left and len(left) < len(held):
            body = b"".join(record.whole for record in left)
            self._asked(self._files.pipe_file, path, body)
        elif held and not left:
            self._asked(self._files.rm_file, path)
        return len(held) - len(left)

    def _cut_in(self, path: str, is_due: Callable[[Record], bool]) -> int:
        held = list(self._records(path))
        found = {record.at for record in held if is_due(record)}
        if found:
            body = b"".join(cut(one.article()) if one.at in found else one.whole for one in held)
            self._asked(self._files.pipe_file, path, body)
        return len(found)

    def _asked(self, ask: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        try:
            return ask(*arguments)
        except Exception as error:  # each kind of address has errors of its own
            why = f"{type(error).__name__}: {error}"
            raise StoreError(
                f"the corpus at {_shown(self._folder)} cannot be used ({_shown(why)}); "
                "mend KORDON_CORPUS_URL or what it names"
            ) from error


def _shown(text: str) -> str:
    """Return a text without the users, passwords and options of the addresses in it."""
    return _OPTIONS.sub("?…", _USER.sub("", text))


def _oldest(path: str) -> datetime:
    """Return when the oldest article of an object was fetched, as its name says."""
    return instant(path.rpartition("/")[2].partition("-")[0])


def _opened(address: str) -> tuple[Any, str]:
    try:
        is_local = fsspec.utils.get_protocol(address) in {"file", "local"}  # a bare path too
        options = {"auto_mkdir": True} if is_local else {}
        files, folder = fsspec.core.url_to_fs(address, **options)
    except (ImportError, ValueError, TypeError) as error:
        raise ConfigError(
            f"KORDON_CORPUS_URL cannot be used ({_shown(str(error))})",
            "give an fsspec address such as s3://bucket/corpus, and install what it names (s3fs)",
        ) from error
    return files, folder.rstrip("/")
