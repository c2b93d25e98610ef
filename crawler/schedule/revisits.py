"""Which entries their feed says were revised, so that their pages are fetched again, within bounds.

Of each entry of the body last read nine bytes are kept: four that stand for it, four for its
version (time of change and title), and how often it was found revised.

Source: docs/decisions/0213-revised-entries.md
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from crawler.model import Entry, EntryId, id_of

REVISITS_MOST = 10  # of one entry while its feed lists it
AT_ONCE = 20  # for one poll
REMEMBERED = 300  # entries of one body, the first
HABIT = 5  # changed at once, and most of what is listed again: the feed's way, no corrections
_MARK = 4
_BYTES = 2 * _MARK + 1


@dataclass(frozen=True, slots=True)
class _Known:
    version: bytes
    revisits: int  # 0-255


def revised(versions: bytes, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that changed since their feed was last read, in its order.

    None where most of what is listed again changed at once; of the others none that was found
    revised too often.

    Args:
        versions: What is known of the body last read, as `versions_after` gave it.
        entries: What is listed now.
    """
    known = _read(versions)
    again = [entry for entry in entries if _mark(entry) in known]
    changed = [entry for entry in again if known[_mark(entry)].version != _version(entry)]
    if len(changed) >= HABIT and 2 * len(changed) > len(again):
        return []
    open_ = (entry for entry in changed if known[_mark(entry)].revisits < REVISITS_MOST)
    return list(islice(open_, AT_ONCE))


def versions_after(
    versions: bytes, entries: Sequence[Entry], revisited: Collection[EntryId], *, delta: bool
) -> bytes:
    """Return what to know of a body that was read.

    Args:
        versions: What was known before.
        entries: What it lists.
        revisited: Those of them that are fetched again.
        delta: Whether it lists only what changed (RFC 3229), so that the others stay known.
    """
    known = _read(versions)
    listed = {_mark(entry): _counted(entry, known, entry.id in revisited) for entry in entries}
    kept = listed | {mark: one for mark, one in known.items() if delta and mark not in listed}
    rows = islice(kept.items(), REMEMBERED)
    return b"".join(mark + one.version + bytes([one.revisits]) for mark, one in rows)


def _counted(entry: Entry, known: Mapping[bytes, _Known], is_revisited: bool) -> _Known:
    before = known.get(_mark(entry))
    return _Known(_version(entry), (before.revisits if before else 0) + is_revisited)


def _read(versions: bytes) -> dict[bytes, _Known]:
    return dict(_rows(versions))


def _rows(versions: bytes) -> Iterator[tuple[bytes, _Known]]:
    for at in range(0, len(versions), _BYTES):
        row = versions[at : at + _BYTES]
        yield row[:_MARK], _Known(row[_MARK : 2 * _MARK], row[-1])


def _mark(entry: Entry) -> bytes:
    return bytes.fromhex(entry.id[: 2 * _MARK])


def _version(entry: Entry) -> bytes:
    """Stand for an entry's version; summaries are left out, for some count readers or hours."""
    changed = entry.updated or entry.published
    told = f"{changed.isoformat() if changed else ''} {entry.title}"
    return bytes.fromhex(id_of(told)[: 2 * _MARK])
