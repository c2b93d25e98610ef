"""The listings of an index, read again only after somebody wrote to it."""

import sqlite3
import threading
from datetime import datetime

from crawler.store.search.listings import Listings
from crawler.store.search.query import first_row


class KeptListings:
    """What was read last, for as long as the file stays as it is.

    Reading takes a hundred times as long as choosing from what was read. Whoever asks meanwhile
    waits for it instead of reading the same.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        """Begin with nothing read.

        Args:
            db: A connection of its own, by which nobody writes.
        """
        self._db = db
        self._reading = threading.Lock()
        self._version: int | None = None  # of the file, when it was read
        self._first = 0  # row from which on it was read
        self._kept = Listings.of([], {})

    def between(self, since: datetime, until: datetime | None = None) -> Listings:
        """Return the facets of every story created then, as the file has them now."""
        first, end = first_row(since), first_row(until) if until else None
        with self._reading:
            self._read(first)
            return self._kept.between(first, end)

    def close(self) -> None:
        """Close the connection, once what is being read is read."""
        with self._reading:
            self._db.close()

    def _read(self, first: int) -> None:
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version == self._version and first >= self._first:
            return
        statement = "SELECT rowid, codes FROM listing WHERE rowid >= ? ORDER BY rowid"
        rows = self._db.execute(statement, (first,)).fetchall()
        names = self._db.execute("SELECT name, code FROM facet").fetchall()
        self._kept = Listings.of(rows, dict(names))
        self._version, self._first = version, first
