"""What the scripts of `lua/frontier` are told and what they answer, as values."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crawler.model import Answer, Claim, Entry, EntryClaim, Feed, FeedState, Host, PollClaim
from crawler.ports import HostRecord
from crawler.store.ledgers import borne, row_text
from crawler.store.records import decode, host_at, instant, unrecord, upcoming


def claim_of(key: bytes, until: bytes, raw: bytes, *known: Any) -> Claim:  # noqa: ANN401
    """Return a claim as `claim.lua` answers it; what follows the record depends on its kind."""
    lease_until = instant(until)
    if key.startswith(b"f:"):
        due, state = known
        return PollClaim(key.decode(), feed_state_of(raw, due, state, 0), lease_until)
    return EntryClaim(key.decode(), unrecord(raw, Entry), known[0], lease_until)


def feed_state_of(raw: bytes, due: bytes | int, state: bytes, paused: int) -> FeedState:
    """Return a state under the feed as it is registered now, with its due time."""
    feed = unrecord(raw, Feed)
    learned = decode(state, FeedState) if state else FeedState(feed)
    return replace(learned, feed=feed, next_poll=instant(due), paused=bool(paused))


def work_of(claim: Claim) -> tuple[str, str]:
    """Return the kind and the id of what is claimed."""
    if isinstance(claim, PollClaim):
        return "f", claim.state.feed.id
    return "e", claim.entry.id


def held_by(claim: EntryClaim) -> tuple[str, str, Host]:
    """Return what a step that needs the lease of an entry is told of it."""
    return claim.entry.id, claim.key, host_at(claim.url)


def raw_of(answer: bytes | str) -> bytes:
    """Return an answer as bytes, whichever of the two redis-py calls it."""
    return answer if isinstance(answer, bytes) else answer.encode()


def host_record_of(now: datetime, row: Sequence[Any]) -> HostRecord:
    """Return a host as `hosts.lua` answers it; instants that have passed are None."""
    host, slot, hold, ends, pause, *work, turn = row
    rests, held, leased = (upcoming(at, now) for at in (slot, hold, ends))
    length = timedelta(milliseconds=float(pause))
    return HostRecord(Host(host.decode()), length, maybe_instant(turn), rests, held, leased, *work)


def maybe_instant(score: bytes | float | None) -> datetime | None:
    """Return the instant of a score, if there is one."""
    return None if score is None else instant(score)


def answer_rows(answers: Sequence[Answer]) -> list[Any]:
    """Return answers as scripts write them into the ledger: host and counts, by turns."""
    return [value for row in borne(answers) for value in (row.host, *row_text(row))]
