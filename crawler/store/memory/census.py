"""What an operator sees of the work and hosts of the frontier's twin, counted anew each time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from crawler.model import Host
from crawler.ports import Census, HostRecord
from crawler.store.memory.hosts import MemoryHosts
from crawler.store.memory.work import MemoryWork
from crawler.store.records import in_turn, instant, millis, upcoming


def census_of(work: MemoryWork, dead: int, now: int) -> Census:
    """Return how much work there is; `dead` letters are counted elsewhere."""
    due = [piece for piece in work.all() if (piece.ends if piece.key else piece.due) <= now]
    return Census(
        due=len(due),
        due_feeds=sum(piece.kind == "f" for piece in due),
        leased=sum(piece.ends > now for piece in work.leased()),
        later=sum(piece.due > now for piece in work.queued("e")),
        dead=dead,
        next_due=_first(piece.due for piece in work.all() if not piece.key),
        next_turn=_first(_chances(work, "fe")),
        next_feed_turn=_first(_chances(work, "f")),
    )


def _chances(work: MemoryWork, kinds: str) -> Iterator[int]:
    """The instants at which a claim may find something: turns, and the ends of leases."""
    yield from (at for kind in kinds for _, at, _ in work.turns(kind))
    yield from (piece.ends for piece in work.leased() if piece.kind in kinds)


def _first(scores: Iterator[int]) -> datetime | None:
    least = min(scores, default=None)
    return None if least is None else instant(least)


def host_records(
    names: Sequence[Host], hosts: MemoryHosts, work: MemoryWork, now: datetime
) -> Sequence[HostRecord]:
    """Return these hosts, or all with queued work, by next turn; unknown ones look idle."""
    turns: dict[Host, int] = {}
    for host, at, _ in (turn for kind in "fe" for turn in work.turns(kind)):
        turns[host] = min(at, turns.get(host, at))
    return in_turn(_record(host, turns.get(host), hosts, work, now) for host in names or turns)


def _record(
    host: Host, turn: int | None, hosts: MemoryHosts, work: MemoryWork, now: datetime
) -> HostRecord:
    clock = hosts.clock(host)
    waiting = [piece for piece in work.all() if piece.host == host and not piece.key]
    due = Counter(piece.kind for piece in waiting if piece.due <= millis(now))
    queued = Counter(piece.kind for piece in waiting)
    return HostRecord(
        host=host,
        pause=timedelta(milliseconds=hosts.pause(host, millis(now))),
        next_turn=None if turn is None else instant(turn),
        rests_until=upcoming(clock.slot, now),
        held_until=upcoming(clock.hold, now),
        leased_until=upcoming(clock.turn_ends if clock.turn else 0, now),
        feeds=queued["f"],
        entries=queued["e"],
        due_feeds=due["f"],
        due_entries=due["e"],
    )
