"""What is found fast among the stories of one topic: an SQLite file beside the store.

It holds nothing that cannot be read again: rows, the terms of an FTS5 index and the change log
are written from the change stream, in one transaction with the position reached in it. Rows are
numbered by a story's creation, which never changes, so that a walk in that order neither skips
nor repeats a story while others are placed.

Source: docs/decisions/0112-search.md
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.contract import ordinal
from crawler.errors import StoreError
from crawler.model import ArticleId, ChangeId, StoryId
from crawler.store.folders import private_folder
from crawler.store.records import millis
from crawler.store.search.kept_listings import KeptListings
from crawler.store.search.listings import Listings
from crawler.store.search.query import Wanted, conditions, is_narrowed
from crawler.store.search.rows import (
    LAYOUT,
    TABLES,
    Document,
    drop_body,
    insert,
    remove,
    unpacked,
)

CACHE_KIB = 32_768
DROPPED_AT_ONCE = 1_000  # bodies, in one transaction: readers wait for none, other writes do


@dataclass(frozen=True, slots=True)
class Logged:
    """A change in a story's log; what it says stays in the stream, where it can be forgotten."""

    id: ChangeId
    story: StoryId


@dataclass(frozen=True, slots=True)
class Found:
    """A page of stories, newest first."""

    stories: tuple[StoryId, ...]
    last: int | None  # the row it ends with; None when nothing follows


class SearchIndex:
    """The searchable side of one topic's stories; one process writes, any number read."""

    def __init__(self, file: Path, *, version: int) -> None:
        """Open the index, or begin it.

        Args:
            file: Where it is kept.
            version: Of the terms; a file with others is begun anew.
        """
        self._file = file
        self._layout = f"{LAYOUT}.{version}"
        self._readers = threading.local()
        self._writing = threading.Lock()
        private_folder(file.parent)
        self._writer = self._opened()
        if self._found_layout() != self._layout:
            self._begin_anew()
        self._listings = KeptListings(self._opened())

    def close(self) -> None:
        """Close the writer, once what a thread of a cancelled task still writes is written.

        SQLite would crash the process otherwise.
        """
        with self._writing:
            self._writer.close()
        self._listings.close()

    # --- finding -----------------------------------------------------------------------------

    def find(self, wanted: Wanted, limit: int) -> Found:
        """Return the newest stories that fit, from `after` on."""
        source = "term" if is_narrowed(wanted) else "story"
        where, values = conditions(wanted)
        page = f"SELECT rowid FROM {source} WHERE {where} ORDER BY rowid DESC LIMIT ?"  # noqa: S608 - values are bound
        rows = self._read(page, (*values, limit + 1))
        numbers = [row for (row,) in rows[:limit]]
        return Found(self._ids(numbers), numbers[-1] if len(rows) > limit else None)

    def rows(self, wanted: Wanted) -> Sequence[int]:
        """Return the rows of all stories that fit."""
        where, values = conditions(wanted)
        source = "term" if is_narrowed(wanted) else "story"
        return [row for (row,) in self._read(f"SELECT rowid FROM {source} WHERE {where}", values)]  # noqa: S608 - values are bound

    def listings(self, since: datetime, until: datetime | None = None) -> Listings:
        """Return the facets of every story created then, to be counted."""
        with _translated():
            return self._listings.between(since, until)

    def ids(self, rows: Sequence[int]) -> tuple[StoryId, ...]:
        """Return the stories of these rows, in their order; those gone are left out."""
        return self._ids(rows)

    def log(self, story: StoryId) -> Sequence[ChangeId]:
        """Return the ids of a story's changes, oldest first."""
        rows = self._read(
            "SELECT ms, number FROM change WHERE story = ? ORDER BY ms, number", (story,)
        )
        return [ChangeId(f"{ms}-{number}") for ms, number in rows]

    def count(self) -> int:
        """Return how many stories are indexed."""
        return int(self._read("SELECT count(*) FROM story", ())[0][0])

    @property
    def position(self) -> ChangeId | None:
        """The last change applied; None while the first walk is not over."""
        found = self._meta("position")
        return ChangeId(found) if found else None

    def _ids(self, numbers: Sequence[int]) -> tuple[StoryId, ...]:
        marks = ",".join("?" * len(numbers))
        rows = self._read(f"SELECT row, id FROM story WHERE row IN ({marks})", numbers)  # noqa: S608 - only marks
        ids = dict(rows)
        return tuple(StoryId(ids[number]) for number in numbers if number in ids)

    # --- keeping -----------------------------------------------------------------------------

    def known(self, story: StoryId) -> tuple[int, ArticleId, Sequence[str]] | None:
        """Return version, canonical article and body terms of an indexed story."""
        rows = self._read("SELECT version, canonical, terms FROM story WHERE id = ?", (story,))
        if not rows:
            return None
        version, canonical, terms = rows[0]
        return version, ArticleId(canonical), unpacked(terms)[1].split()

    def apply(
        self,
        *,
        documents: Iterable[Document] = (),
        gone: Iterable[StoryId] = (),
        log: Iterable[Logged] = (),
        position: ChangeId | None = None,
        generation: int | None = None,
    ) -> None:
        """Write what changed and the position reached, together or not at all.

        Args:
            documents: Stories as they are now.
            gone: Stories that are no longer there.
            log: Changes to keep.
            position: The last change this follows from.
            generation: Of the walk that met the documents; otherwise the newest.
        """
        with self._transaction() as db:
            met = self.generation() if generation is None else generation
            for story in gone:
                remove(db, story)
            for document in documents:
                remove(db, document.id)
                insert(db, document, met)
            db.executemany(
                "INSERT OR IGNORE INTO change VALUES (?, ?, ?)",
                [(*ordinal(one.id), one.story) for one in log],
            )
            if position is not None:
                _set_meta(db, "position", position)

    def drop_bodies(self, now: datetime) -> int:
        """Let go of the terms of bodies whose time is over, some at once; return how many."""
        over = "SELECT row FROM story WHERE until <= ? LIMIT ?"
        rows = self._read(over, (millis(now), DROPPED_AT_ONCE))
        if rows:
            with self._transaction() as db:
                for (row,) in rows:
                    drop_body(db, row)
        return len(rows)

    def hold_to(self, terms: str) -> None:
        """Have everything read anew unless it was written under these terms of texts."""
        if self._meta("terms") != terms:
            with self._transaction() as db:
                db.execute("DELETE FROM meta WHERE name = 'position'")
                _set_meta(db, "terms", terms)

    def begin_walk(self) -> int:
        """Return the generation of a new walk over all stories."""
        with self._transaction() as db:
            generation = self.generation() + 1
            _set_meta(db, "generation", str(generation))
        return generation

    def end_walk(self, generation: int, position: ChangeId) -> None:
        """Drop the stories that the walk did not meet; go on from `position`."""
        with self._transaction() as db:
            rows = db.execute("SELECT id FROM story WHERE generation < ?", (generation,)).fetchall()
            for (story,) in rows:
                remove(db, StoryId(story))
            _set_meta(db, "position", position)

    def forget_changes(self, trimmed: ChangeId) -> None:
        """Drop the log up to and including this change."""
        with self._transaction() as db:
            db.execute("DELETE FROM change WHERE (ms, number) <= (?, ?)", ordinal(trimmed))

    def generation(self) -> int:
        """Return the generation of the newest walk."""
        return int(self._meta("generation") or 0)

    # --- the file ----------------------------------------------------------------------------

    def _begin_anew(self) -> None:
        self._writer.close()
        for suffix in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        self._writer = self._opened()
        with _translated():
            self._writer.executescript(TABLES)
            _set_meta(self._writer, "layout", self._layout)

    def _opened(self) -> sqlite3.Connection:
        with _translated():
            db = sqlite3.connect(
                self._file, timeout=30, isolation_level=None, check_same_thread=False
            )
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes is read again
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return db

    def _read(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if not hasattr(self._readers, "db"):
            self._readers.db = self._opened()
        with _translated(), closing(self._readers.db.cursor()) as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(statement, values).fetchall()
        return rows

    def _found_layout(self) -> str:
        with _translated():
            tables = self._writer.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'")
            if not tables.fetchone():
                return ""
            rows = self._writer.execute("SELECT value FROM meta WHERE name = 'layout'").fetchall()
        return str(rows[0][0]) if rows else ""

    def _meta(self, name: str) -> str:
        rows = self._read("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, _translated():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                if self._writer.in_transaction:  # a full disk ends it
                    self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")


def _set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the search index failed ({error}); {_remedy(error)}") from error


def _remedy(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return "make room on its disk"
    return "delete it to have it rebuilt"
