"""Who is told of changes by webhook: what an operator wants, and how far telling has come."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from urllib.parse import urlsplit

from crawler.model import Alert, ChangeId, TopicId

HookId = NewType("HookId", str)  # eight hex digits


class HookState(StrEnum):
    """Whether a hook is told, and if not, who or what keeps it from being told."""

    ACTIVE = "active"
    PAUSED = "paused"  # by an operator
    SUSPENDED = "suspended"  # it failed for days
    GONE = "gone"  # it answered 410


class Outcome(StrEnum):
    """What came of one attempt to deliver."""

    DELIVERED = "delivered"
    FAILED = "failed"  # it will be tried again
    DEAD = "dead"  # it was tried often enough
    DROPPED = "dropped"  # the change is not kept any more: forgotten, or trimmed


@dataclass(frozen=True, slots=True)
class Delivery:
    """A change that a hook still has to be told of; what it says is read when it is told."""

    change: ChangeId
    due: datetime
    attempts: int = 0  # that count: those put off by Retry-After do not
    reason: str = ""  # why the last one failed
    after: ChangeId | None = None  # if set, the news is that all in between are lost


@dataclass(frozen=True, slots=True)
class Reply:
    """How a receiver took a delivery."""

    status: int  # 0: it gave none
    reason: str  # "http-500", "connection-refused", ...; empty when it was taken
    milliseconds: int = 0
    again: datetime | None = None  # Retry-After

    @property
    def taken(self) -> bool:
        """Whether the receiver has it now."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as the operator sees it afterwards."""

    change: ChangeId
    at: datetime
    outcome: Outcome
    reason: str = ""
    status: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery that was given up; an operator may have it tried again."""

    change: ChangeId
    after: ChangeId | None
    attempts: int
    reason: str
    died: datetime


@dataclass(frozen=True, slots=True)
class Hook:
    """A receiver of one topic's changes, and what it has still to be told."""

    id: HookId
    url: str = field(repr=False)  # some receivers know their senders by its path or query
    secret: str = field(repr=False)  # "whsec_" and base64
    topic: TopicId
    created: datetime
    position: ChangeId  # the last change that was considered
    events: tuple[str, ...] = ()  # kinds it wants; empty: all
    filters: tuple[str, ...] = ()  # facets such as "language:uk"; of each kind one must hold
    state: HookState = HookState.ACTIVE
    queue: tuple[Delivery, ...] = ()  # by arrival, a hundred at the most
    failures: int = 0  # in a row, whatever was delivered
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    reason: str = ""  # why the last attempt failed
    worker: str = ""  # who tells it now,
    leased_until: datetime | None = None  # and until when nobody else may
    delivered: int = 0
    dead: int = 0  # given up, ever
    name: str = ""  # as its operator calls it
    former: str = field(default="", repr=False)  # the secret before this one, which
    former_until: datetime | None = None  # signs beside it until then

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that messages are signed with by now, the present one first."""
        overlaps = self.former_until is not None and now < self.former_until
        return (self.secret, self.former) if overlaps else (self.secret,)

    @property
    def address(self) -> str:
        """Where it is, as far as anybody may see: path and query may name a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{'/…' if len(parts.path) > 1 else '/'}"


@dataclass(frozen=True, slots=True)
class Turn:
    """What a step makes of a hook, to be recorded together."""

    hook: Hook
    attempt: Attempt | None = None
    letter: Letter | None = None
    alert: Alert | None = None
