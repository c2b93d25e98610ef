"""How a story is written into the tables of a search index, and taken out again.

An index entry of FTS5 is removed by what was entered; so each row keeps that, packed.
"""

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.model import ArticleId, StoryId, id_of
from crawler.store.records import millis
from crawler.store.search.listings import HASH_BITS
from crawler.store.search.query import EVERY, facet_term

LAYOUT = 3  # grows with any change below; a file of another layout is begun anew

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE story (
    row INTEGER PRIMARY KEY,      -- creation in milliseconds << 20 | hash of the id
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    canonical TEXT NOT NULL,
    generation INTEGER NOT NULL,  -- of the walk that last met it
    terms BLOB NOT NULL,          -- as indexed: an index entry is removed by what was entered
    until INTEGER                 -- when the body's terms go, in milliseconds; NULL without any
);
CREATE INDEX story_by_end ON story (until) WHERE until IS NOT NULL;
CREATE VIRTUAL TABLE term USING fts5(
    title, body, facets, content='', detail='column', tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE facet (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE listing (
    row INTEGER PRIMARY KEY,      -- as in story, whose rows are a hundred times as long
    codes BLOB NOT NULL           -- of its facets, uint32 each, little-endian
);
CREATE TABLE change (
    ms INTEGER NOT NULL, number INTEGER NOT NULL, story TEXT NOT NULL, PRIMARY KEY (ms, number)
) WITHOUT ROWID;
CREATE INDEX change_by_story ON change (story, ms, number);
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A story as it is indexed."""

    id: StoryId
    created: datetime
    version: int
    canonical: ArticleId
    title: Sequence[str]  # terms of all its headlines
    body: Sequence[str]  # terms of its canonical text
    facets: Sequence[str]  # "language:uk", "place:krakivets", ...
    until: datetime | None = None  # when the terms of the body have to go


def insert(db: sqlite3.Connection, document: Document, generation: int) -> None:
    """Write a story that is not there, met by the walk of this generation."""
    facets = " ".join(map(facet_term, (EVERY, *document.facets)))
    terms = (" ".join(document.title), " ".join(document.body), facets)
    row = _row(db, document)
    until = millis(document.until) if document.until and document.body else None
    db.execute(
        "INSERT INTO story VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row, document.id, document.version, document.canonical, generation, _packed(terms), until),
    )
    _enter(db, row, terms)
    db.execute("INSERT INTO listing VALUES (?, ?)", (row, _codes(db, document.facets)))


def _codes(db: sqlite3.Connection, facets: Sequence[str]) -> bytes:
    """Return the codes of facets, giving new ones theirs."""
    if not facets:
        return b""
    db.executemany("INSERT OR IGNORE INTO facet (name) VALUES (?)", ((one,) for one in facets))
    marks = ",".join("?" * len(facets))
    found = db.execute(f"SELECT code FROM facet WHERE name IN ({marks})", tuple(facets))  # noqa: S608 - only marks
    return b"".join(code.to_bytes(4, "little") for (code,) in found)


def _row(db: sqlite3.Connection, document: Document) -> int:
    """Return the story's number; the few that meet another's take the next one."""
    mask = (1 << HASH_BITS) - 1
    row = millis(document.created) << HASH_BITS | int(id_of(document.id), 16) & mask
    while db.execute("SELECT 1 FROM story WHERE row = ?", (row,)).fetchone():
        row += 1
    return row


def remove(db: sqlite3.Connection, story: StoryId) -> None:
    """Take a story out, if it is there."""
    found = db.execute("SELECT row, terms FROM story WHERE id = ?", (story,)).fetchone()
    if found is None:
        return
    row, terms = found
    _withdraw(db, row, terms)
    db.execute("DELETE FROM story WHERE row = ?", (row,))
    db.execute("DELETE FROM listing WHERE row = ?", (row,))


def drop_body(db: sqlite3.Connection, row: int) -> None:
    """Let go of the terms of a story's body; it stays findable by its headlines."""
    found = db.execute("SELECT terms FROM story WHERE row = ?", (row,)).fetchone()
    if found is None:
        return
    (terms,) = found
    title, _, facets = unpacked(terms)
    _withdraw(db, row, terms)
    _enter(db, row, (title, "", facets))
    left = _packed((title, "", facets)), row
    db.execute("UPDATE story SET terms = ?, until = NULL WHERE row = ?", left)


def _enter(db: sqlite3.Connection, row: int, terms: tuple[str, str, str]) -> None:
    db.execute("INSERT INTO term (rowid, title, body, facets) VALUES (?, ?, ?, ?)", (row, *terms))


def _withdraw(db: sqlite3.Connection, row: int, terms: bytes) -> None:
    db.execute(
        "INSERT INTO term (term, rowid, title, body, facets) VALUES ('delete', ?, ?, ?, ?)",
        (row, *unpacked(terms)),
    )


def _packed(terms: tuple[str, str, str]) -> bytes:
    return zlib.compress(json.dumps(terms, ensure_ascii=False).encode(), 1)


def unpacked(terms: bytes) -> tuple[str, str, str]:
    """Return the terms of title, body and facets that a row keeps."""
    title, body, facets = json.loads(zlib.decompress(terms))
    return title, body, facets
