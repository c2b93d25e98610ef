"""What a search asks for, in the words of SQLite and of its full-text index (FTS5).

Source: docs/decisions/0112-search.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.model import id_of
from crawler.store.records import millis
from crawler.store.search.listings import HASH_BITS

EVERY, NO = "", "\0"  # facets that every story has, and none


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; everything given must hold."""

    terms: Sequence[frozenset[str]] = ()  # of each group at least one
    facets: Sequence[str] = ()
    either: Sequence[frozenset[str]] = ()  # of each group at least one facet
    none: frozenset[str] = frozenset()  # facets it must not have
    since: datetime | None = None  # created at or after
    until: datetime | None = None  # created before
    after: int | None = None  # the row a page ended with


def conditions(wanted: Wanted) -> tuple[str, list[object]]:
    """Return what stands after WHERE, and the values bound in it."""
    where: list[str] = []
    values: list[object] = []
    if is_narrowed(wanted):
        where.append("term MATCH ?")
        values.append(_expression(wanted))
    bounds = (
        ("rowid >= ?", wanted.since and first_row(wanted.since)),
        ("rowid < ?", wanted.until and first_row(wanted.until)),
        ("rowid < ?", wanted.after),
    )
    for condition, value in bounds:
        if value is not None:
            where.append(condition)
            values.append(value)
    return " AND ".join(where) or "1", values


def first_row(at: datetime) -> int:
    """Return the least number of a story created then; SQLite's numbers have 63 bits."""
    return min(max(millis(at), 0), (1 << (63 - HASH_BITS)) - 1) << HASH_BITS


def _expression(wanted: Wanted) -> str:
    """Return the query in FTS5's own words; every term is quoted."""
    words = [" OR ".join(f'"{term}"' for term in sorted(group)) for group in wanted.terms]
    text = [f"{{title body}} : ({some})" for some in words]
    groups = [*(frozenset({facet}) for facet in wanted.facets), *wanted.either]
    wished = [f"facets : ({_either(group)})" for group in groups]
    positive = " AND ".join((*text, *wished)) or f'facets : "{facet_term(EVERY)}"'
    return f"({positive}) NOT facets : ({_either(wanted.none)})" if wanted.none else positive


def _either(facets: Iterable[str]) -> str:
    return (
        " OR ".join(f'"{facet_term(facet)}"' for facet in sorted(facets)) or f'"{facet_term(NO)}"'
    )


def is_narrowed(wanted: Wanted) -> bool:
    """Tell whether it takes the index of terms, or rows alone will do."""
    return bool(wanted.terms or wanted.facets or wanted.either or wanted.none)


def facet_term(name: str) -> str:
    """Return a facet as one term, whatever letters it has."""
    return f"x{id_of(name)}"
