"""The work of the frontier's twin: feeds and entries, queued behind their hosts' turns or leased.

All times are whole milliseconds, as in Redis.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count

from crawler.model import Claim, Host, PollClaim, WorkerId
from crawler.store.memory.hosts import MemoryHosts

NOBODY = WorkerId("")


@dataclass(slots=True)
class Work:
    """A piece of work, queued or (with a key) leased."""

    kind: str  # "f" or "e"
    id: str
    host: Host
    due: int
    key: str = ""
    worker: WorkerId = NOBODY
    ends: int = 0


class MemoryWork:
    """What is queued and what is leased, one piece for each feed and entry."""

    def __init__(self, hosts: MemoryHosts) -> None:
        self._hosts = hosts
        self._pieces: dict[tuple[str, str], Work] = {}
        self._numbers = count(1)

    # --- one piece ---

    def queue(self, kind: str, name: str, host: Host, due: int) -> None:
        """Let a feed or an entry wait for its host's turn."""
        self._pieces[kind, name] = Work(kind, name, host, due)

    def find(self, kind: str, name: str) -> Work | None:
        """The work of a feed or an entry, if there is any."""
        return self._pieces.get((kind, name))

    def drop(self, kind: str, name: str) -> bool:
        """Take work out, queued or leased; False when there is none."""
        return self._pieces.pop((kind, name), None) is not None

    def lease(self, work: Work, worker: WorkerId, ends: int) -> None:
        """Lease queued work to a worker under a key of its own."""
        work.key = f"{work.kind}:{work.id}@{next(self._numbers)}"
        work.worker, work.ends = worker, ends

    def end_lease(self, claim: Claim) -> Work | None:
        """Take the claim's work out and return it, if the lease was still held."""
        name = _name(claim)
        work = self._pieces.get(name)
        if work is None or work.key != claim.key:
            return None
        return self._pieces.pop(name)

    # --- many ---

    def all(self) -> Collection[Work]:
        """Every piece."""
        return self._pieces.values()

    def queued(self, kind: str) -> list[Work]:
        """What nobody works on."""
        return [work for work in self._pieces.values() if work.kind == kind and not work.key]

    def leased(self) -> list[Work]:
        """What somebody works on."""
        return [work for work in self._pieces.values() if work.key]

    # --- turns ---

    def in_turn(self, kinds: str, now: int) -> list[Work]:
        """The first due work of every host whose turn has come, longest wait first."""
        since: dict[Host, int] = {}
        first: dict[Host, Work] = {}
        for kind in kinds:
            for host, at, head in self.turns(kind):
                if at <= now:
                    since[host] = min(at, since.get(host, at))
                    first.setdefault(host, head)
        return [first[host] for host in sorted(first, key=lambda host: (since[host], host))]

    def turns(self, kind: str) -> Iterator[tuple[Host, int, Work]]:
        """Every host with queued work of a kind, the instant of its turn, and the first work."""
        heads: dict[Host, Work] = {}
        for work in sorted(self.queued(kind), key=lambda work: (work.due, work.id)):
            heads.setdefault(work.host, work)
        for host, head in heads.items():
            yield host, max(head.due, self._hosts.clock(host).open_at), head


def _name(claim: Claim) -> tuple[str, str]:
    return ("f", claim.state.feed.id) if isinstance(claim, PollClaim) else ("e", claim.entry.id)
