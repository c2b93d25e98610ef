"""What the use cases need of the outside, as protocols; `store` has each of them twice.

Every method of a store may raise `StoreError`. Async begins here.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crawler.access import Token
from crawler.catalog.changes import Changes
from crawler.hook import Attempt, Hook, HookId, Letter, Turn
from crawler.model import (
    Alert,
    Answer,
    Article,
    ArticleId,
    ChangeId,
    Claim,
    Entry,
    EntryClaim,
    EntryId,
    Fates,
    Feed,
    FeedId,
    FeedState,
    Generation,
    GenerationId,
    Host,
    HubLease,
    LookAlike,
    Neighbourhood,
    Outlet,
    OutletId,
    Placement,
    PollClaim,
    Recipe,
    Regrouping,
    Ruling,
    Skipped,
    Story,
    StoryId,
    Succession,
    Tie,
    Tombstone,
    TopicId,
    WorkerId,
)
from crawler.schedule.announcing import Bulletin


class Clock(Protocol):
    """Where `now` comes from; synced to the store's own time outside tests."""

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        ...


# --- the durable schedule and frontier ({crawl}) ---------------------------------------------


@dataclass(frozen=True, slots=True)
class Census:
    """How much work there is, counted at one instant."""

    due: int  # feeds and entries whose time has come, host budget or not; lost leases too
    due_feeds: int
    leased: int  # being worked on by anyone
    later: int  # entries that wait for a retry
    dead: int
    next_due: datetime | None  # when the first feed or entry no one works on falls due
    next_turn: datetime | None  # the first instant at which `claim` may give something
    next_feed_turn: datetime | None  # the same for `claim(entries=False)`


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry as an operator sees it."""

    entry: Entry
    state: str  # "waiting", "leased", "dead", "skipped"
    attempts: int
    reason: str
    at: datetime | None  # due, leased until, died, or skipped at


@dataclass(frozen=True, slots=True)
class HostRecord:
    """A host as an operator sees it; instants that have passed are None."""

    host: Host
    pause: timedelta  # between two requests: the operator's, or a longer Crawl-delay
    next_turn: datetime | None  # when `claim` may ask it next; None without queued work
    rests_until: datetime | None  # its pause after the last request
    held_until: datetime | None  # the publisher asked for it (Retry-After)
    leased_until: datetime | None  # somebody works on it
    feeds: int  # queued
    entries: int
    due_feeds: int
    due_entries: int


@dataclass(frozen=True, slots=True)
class HostLedger:
    """What a host bore over some days, for an operator who has to answer its owner."""

    host: Host
    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    refused: int = 0  # 401, 403, 429, 451, 503
    failed: int = 0  # no answer, or another error
    milliseconds: int = 0  # from question to last header, summed


class Frontier(Protocol):
    """Feeds and entries that wait for their hosts' turns; all in one slot, each step atomic.

    A host's turn covers what is asked of it for one claim: one claim at a time per host, and the
    next not before the host's pause has passed since the turn ended. Feeds and entries share it.

    A claim is a lease. Until it ends nobody else gets the work; a step that needs the lease and
    comes after somebody else took the work changes nothing. Every step may be repeated when its
    reply was lost: the second time changes nothing more.
    """

    async def register(self, feeds: Sequence[Feed]) -> int:
        """Make the schedule hold these feeds; return how many were new.

        New feeds are due at once, and their host's budget spreads them; known ones keep their
        state and due time; disabled ones leave the schedule but keep both.
        """
        ...

    async def claim(
        self, worker: WorkerId, limit: int, *, feeds: bool = True, entries: bool = True
    ) -> Sequence[Claim]:
        """Lease due work of up to `limit` hosts whose turn has come, one piece from each.

        The host that has waited longest comes first; within a host a due feed goes before an
        entry, then what fell due first. A claim brings one request to its host, to be sent at
        once; any other (a robots file, a redirect) needs `next_slot`.
        """
        ...

    async def free_host(
        self, claim: Claim, *, pause: timedelta | None = None, answers: Sequence[Answer] = ()
    ) -> None:
        """End the claim's turn with its host, which rests for its pause (or this longer one).

        `answers` go into the ledger of their hosts in the same step, unless the turn has passed.

        For the time between the fetch and the end of the claim; ending a claim frees the host
        too. A turn that has passed to another claim is left alone.
        """
        ...

    async def spare_host(self, claim: Claim) -> None:
        """End the claim's turn with a host that was not asked: it need not rest.

        Unless a slot was reserved since; then it rests after that.
        """
        ...

    async def next_slot(self, host: Host) -> timedelta:
        """Reserve the host's next request slot and return how long to wait for it.

        For requests that no claim covers: a redirect to another host, a robots file. Slots keep
        the pause between all requests, but do not wait for a turn that lasts longer.
        """
        ...

    async def hold_host(self, host: Host, until: datetime) -> None:
        """Ask nothing of this host before `until` (Retry-After); a longer hold stays."""
        ...

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        """Rest at least this long after each request to the host (Crawl-delay), for a week.

        A pause below the operator's own has no effect, so zero takes an earlier one back.
        """
        ...

    async def commit_poll(
        self,
        claim: PollClaim,
        state: FeedState,
        entries: Sequence[Entry] = (),
        *,
        quiet: FeedState | None = None,
        pause: timedelta | None = None,
        answers: Sequence[Answer] = (),
        alert: Alert | None = None,
        again: Collection[EntryId] = (),
    ) -> int | None:
        """Write validators, next poll and every unseen entry, end lease and turn, as one step.

        Of what was seen before, those in `again` are queued once more, unless they wait, are under
        way or are dead; they count as seen. The host rests for its pause or this longer one.
        `answers` go into the ledger, `alert` into the public stream. A state with another address
        moves the feed to that address's host.

        Whether anything is unseen is known only inside the step, and decides the feed's rhythm:
        with an unseen entry `state` is written, with none `quiet` (or `state`, for None).
        `next_poll` must be set in both. Entries fall due at once, in the order given; all of them
        count as listed now. Returns how many were unseen. A lost lease changes nothing, not even
        the ledger, since it may be this step's own repetition, and returns None.
        """
        ...

    async def done(self, claim: EntryClaim) -> None:
        """Forget the entry's work, keep its seen mark; true even when the lease was lost."""
        ...

    async def skip(self, claim: EntryClaim, skipped: Skipped) -> None:
        """As `done`, counted by reason and kept in a bounded list for the operator."""
        ...

    async def retry(self, claim: EntryClaim, at: datetime, reason: str) -> None:
        """Give the entry back, due at `at`, with one attempt more. Needs the lease."""
        ...

    async def bury(self, claim: EntryClaim, reason: str) -> None:
        """Move the entry to the dead letters, where an operator sees it. Needs the lease."""
        ...

    async def give_back(self, claim: Claim) -> None:
        """Return an unfinished claim as if it had not been taken (clean shutdown)."""
        ...

    async def reclaim(self, worker: WorkerId) -> int:
        """Free at once everything leased to a worker known to be dead; return how many.

        As when a lease runs out: no attempt is counted, since a crash strikes whatever was in
        hand, but an entry lost too often is buried as "lost", since it may be the cause.
        """
        ...

    async def workers(self) -> Sequence[WorkerId]:
        """Workers that hold leases, by name."""
        ...

    async def hasten(self, feeds: Sequence[FeedId] | None = None) -> int:
        """Make these feeds (None: every) due now if scheduled and not being polled; count them."""
        ...

    async def hosts(self, names: Sequence[Host] = ()) -> Sequence[HostRecord]:
        """These hosts, or all with queued work, by next turn; unknown ones look idle."""
        ...

    async def ledger(self, days: int, hosts: Sequence[Host] = ()) -> Sequence[HostLedger]:
        """What hosts bore over the last days, today included; these hosts or all, most asked first.

        A month is kept.
        """
        ...

    async def fates(self, days: int) -> Mapping[FeedId, Fates]:
        """How the pages of each feed's entries ended over the last days; a month is kept."""
        ...

    async def alerts(self, limit: int) -> Sequence[Alert]:
        """The newest alerts, newest first."""
        ...

    async def census(self) -> Census:
        """Count the work; as cheap with a million entries as with ten."""
        ...

    async def feeds(self) -> Sequence[FeedState]:
        """Every registered feed with its state, by id."""
        ...

    async def pause_feed(self, feed: FeedId, *, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        ...

    async def entries(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state ("waiting", "leased", "dead" or "skipped")."""
        ...

    async def holds(self, meant: Callable[[Entry], bool]) -> bool:
        """Tell whether any waiting, leased, dead or listed entry is one that is meant."""
        ...

    async def forget(self, gone: Callable[[Entry], bool]) -> int:
        """Drop waiting, leased, dead and listed entries that `gone` tells; return how many.

        Their seen marks stay, so that a feed that still lists them brings them no more.
        """
        ...

    async def retry_dead(self, entries: Sequence[EntryId] | None) -> int:
        """Put dead letters (None: all) back, due now with no attempts; return how many."""
        ...

    async def revisit(self, skipped: Sequence[EntryRecord]) -> int:
        """Queue entries that were skipped, due now, and list them as skipped no more.

        Returns how many; those that wait or are under way again are left alone.
        """
        ...

    async def skipped(self) -> Mapping[str, int]:
        """Skips counted by reason over the last thirty days."""
        ...

    async def robots(self, host: Host) -> bytes | None:
        """The host's robots file as last read within its lifetime, or None."""
        ...

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        """Remember a robots file for every worker (at most a day, RFC 9309)."""
        ...


class Hubs(Protocol):
    """Our leases with hubs (WebSub), one for each feed that has a hub."""

    async def lease(self, feed: FeedId) -> HubLease | None:
        """The lease of a feed, or None when none was ever asked for."""
        ...

    async def keep(self, lease: HubLease) -> None:
        """Remember a lease in place of the feed's earlier one."""
        ...


Tell = Callable[[Bulletin], Bulletin | None]


class Announcements(Protocol):
    """What a hub (WebSub) has still to be told of our own feeds, topic by topic."""

    async def bulletin(self, topic: TopicId) -> Bulletin | None:
        """The topic's, or None before it was begun."""
        ...

    async def begin(self, topic: TopicId, start: ChangeId) -> Bulletin:
        """The topic's, which begins at `start` unless it was begun before."""
        ...

    async def change(self, topic: TopicId, step: Tell) -> Bulletin | None:
        """Record what `step` makes of the topic's bulletin.

        When another writer gets there first `step` is asked again, so it must be pure. None, and
        nothing recorded, when it gives None or there is no bulletin.
        """
        ...


Step = Callable[[Hook], Turn | None]


class Hooks(Protocol):
    """Who is told of changes by webhook, and what came of it."""

    async def add(self, hook: Hook) -> None:
        """Remember a hook under its id."""
        ...

    async def all(self) -> Sequence[Hook]:
        """Every hook, oldest first."""
        ...

    async def find(self, hook: HookId) -> Hook | None:
        """The hook of this id, or None."""
        ...

    async def remove(self, hook: HookId) -> bool:
        """Forget a hook and all that came of it; False when there is none of this id."""
        ...

    async def change(self, hook: HookId, step: Step) -> Turn | None:
        """Record what `step` makes of a hook, its attempt, letter and alert with it.

        When another writer gets there first `step` is asked again, so it must be pure. None, and
        nothing recorded, when it gives None or the hook is gone.
        """
        ...

    async def attempts(self, hook: HookId, limit: int) -> Sequence[Attempt]:
        """The newest attempts, newest first; some hundreds are kept for a month."""
        ...

    async def letters(self, hook: HookId) -> Sequence[Letter]:
        """The dead letters, oldest first; kept as long as the frontier's, a thousand at most."""
        ...

    async def revive(self, hook: HookId, letters: Sequence[Letter], step: Step) -> bool:
        """Take letters out and record what `step` makes of the hook; False when it is gone."""
        ...


class Subscriptions(Protocol):
    """What the operator changed about the shipped catalogue."""

    async def add(self, outlets: Sequence[Outlet], feeds: Sequence[Feed]) -> None:
        """Remember outlets and feeds under their ids; a feed taken out before is wanted again."""
        ...

    async def remove(self, feeds: Sequence[FeedId]) -> None:
        """Forget these feeds, and remember that no catalogue may bring them back."""
        ...

    async def changes(self) -> Changes:
        """All that is remembered, by id."""
        ...

    async def outlet(self, name: OutletId) -> Outlet | None:
        """One of the remembered outlets, or None."""
        ...


# --- articles and stories ({topic}) ----------------------------------------------------------

Decide = Callable[[Article, Neighbourhood], Placement]
Regroup = Callable[[LookAlike, Neighbourhood, datetime], Regrouping]
Depart = Regroup
Succeed = Callable[[Sequence[Story], Sequence[Story], Collection[StoryId], datetime], Succession]


class Stories(Protocol):
    """Where the stories of the topics are remembered."""

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Show `decide` the article's neighbourhood and record its verdict, as one step.

        Ties, membership, canonical, index and outgoing events are committed together or not
        at all. When another writer gets there first `decide` is asked again, so it must be
        pure. Placing the same article again changes nothing.
        """
        ...

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        ...

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following forwarding addresses; None when unknown or expired."""
        ...

    async def articles(
        self, topic: TopicId, ids: Sequence[ArticleId]
    ) -> Mapping[ArticleId, LookAlike]:
        """What is known of these articles; unknown ones are left out."""
        ...

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        ...

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while it is within its window."""
        ...

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles, in two trips; those not kept are left out."""
        ...

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories within the window."""
        ...

    async def expire(self, topic: TopicId) -> int:
        """Let go of what is older than its retention, with events; return how many articles."""
        ...


class Erasure(Protocol):
    """How articles leave the stories before their time; the stores of stories have it besides."""

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of story, index and past events; False when it is not known.

        What remains of its story and all that hung together with it is for `depart` to say, which
        must be pure: it is asked again when another writer gets there first. No stories left mean
        that the article was its story's last.
        """
        ...

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        ...

    async def drop_texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> None:
        """Let go of the texts of these articles; all else about them stays."""
        ...


class Rulings(Protocol):
    """What operators decided about articles; the stores of stories have it besides.

    Rulings are about articles, not stories, so they hold when the stories are built anew.
    """

    async def rule(
        self, topic: TopicId, article: ArticleId, rulings: Sequence[Ruling], regroup: Regroup
    ) -> Regrouping | None:
        """Record rulings, and what `regroup` makes of the stories they touch, as one step.

        `article` is one that they are about; None, and nothing recorded, when it is not known.
        `regroup` must be pure: it is asked again when another writer gets there first.
        """
        ...

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        ...


class KeptStories(Stories, Erasure, Rulings, Protocol):
    """All that can be done with stories; what a store of them is."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a generation takes in the store."""

    keys: int
    bytes: int  # from a sample


@dataclass(frozen=True, slots=True)
class Leftover:
    """A generation that is neither read nor built any more, and not removed yet."""

    id: GenerationId
    articles: int
    size: Size


class Generations(Protocol):
    """The generations of stories: one is read, another may be built beside it.

    Whoever writes stories asks which generations are written, and writes each of them; a store
    of stories raises `SupersededError` where they are others by then, and nothing is written.
    """

    async def written(
        self, topic: TopicId, *, anew: bool = False
    ) -> Sequence[tuple[Generation, KeptStories]]:
        """What is written, the generation that is read first, as it was last known or is now.

        One that this Kordon cannot fingerprint for is left out while it is being built; with
        `anew` the end of a switch under way is waited for.
        """
        ...

    async def reading(self, topic: TopicId) -> tuple[Generation, KeptStories]:
        """What is read, as of now."""
        ...

    async def begin(self, recipe: Recipe, topics: Sequence[TopicId]) -> Generation:
        """Have a generation under this recipe written from now on, or go on with such a one.

        Raises:
            ConfigError: One under another recipe is being built.
        """
        ...

    async def coming(self) -> Generation | None:
        """The generation that is being built, or None."""
        ...

    async def switch(self, topic: TopicId, succeed: Succeed) -> Succession:
        """Let the one that was built be read from now on, as one step, and publish what changed.

        Raises:
            ConfigError: None is being built, or it lacks articles.
        """
        ...

    async def settle(self) -> None:
        """Make the one that was built current for every topic without stories of its own."""
        ...

    async def give_up(self, topics: Sequence[TopicId]) -> int:
        """Build the coming one no more and remove it; return how many keys that were.

        Raises:
            ConfigError: None is being built.
        """
        ...

    async def left(self, topic: TopicId) -> Sequence[Leftover]:
        """What `retire` would remove of a topic, generation by generation."""
        ...

    async def retire(self, topics: Sequence[TopicId]) -> int:
        """Remove what is neither read nor built, and its leftovers; return how many keys."""
        ...

    async def size(self, topic: TopicId, generation: Generation) -> Size:
        """What a generation of a topic takes in the store."""
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned of one outlet's boilerplate, packed; empty before the first time."""

    version: int = 0  # grows with every time it is kept
    packed: bytes = b""


class Lessons(Protocol):
    """What each outlet prints everywhere, as all who place learn it together."""

    async def recall(self, topic: TopicId, outlet: OutletId) -> Lesson:
        """What was learned of an outlet so far."""
        ...

    async def keep(self, topic: TopicId, outlet: OutletId, lesson: Lesson) -> bool:
        """Replace the lesson of this version; False when somebody else did since."""
        ...


# --- what is published of them ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a topic's change stream."""

    id: ChangeId
    kind: str
    story: StoryId
    payload: bytes  # JSON, contract.ChangePayload


@dataclass(frozen=True, slots=True)
class Window:
    """Which changes can still be read."""

    first: ChangeId  # the first one kept; empty when there is none
    last: ChangeId  # the newest there ever was; "0-0" before the first
    trimmed: ChangeId  # the newest one dropped; empty when all are there


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a story stands among those of its topic: by last change, then by id."""

    updated: datetime
    story: StoryId


class Published(Protocol):
    """The public contract, read back: what other services see of a topic."""

    async def payloads(self, topic: TopicId, stories: Sequence[StoryId]) -> Mapping[StoryId, bytes]:
        """The JSON of these stories, or of their forwarding addresses; unknown ones left out."""
        ...

    async def listed(
        self, topic: TopicId, before: Standing | None, limit: int
    ) -> Sequence[Standing]:
        """Stories by last change, newest first, from the one that stands after `before` on.

        One that changes during a walk moves ahead of it: who needs them all notes
        `window().last` first, and reads the changes from there afterwards.
        """
        ...

    async def window(self, topic: TopicId) -> Window:
        """Which changes can be read at this instant."""
        ...

    async def changes(self, topic: TopicId, after: ChangeId, limit: int) -> Sequence[Event]:
        """Up to `limit` changes that came after this one, oldest first."""
        ...

    async def events(self, topic: TopicId, ids: Sequence[ChangeId]) -> Sequence[Event]:
        """These changes, as far as they are still there."""
        ...

    async def wait(self, topic: TopicId, after: ChangeId, patience: timedelta) -> None:
        """Return once there is a change after this one, or `patience` has passed."""
        ...


class Texts(Protocol):
    """When texts were fetched, so that they leave when their outlets' terms are over."""

    async def note(self, article: Article) -> None:
        """Remember when the article's text was fetched, if that is its newest."""
        ...

    async def outlets(self) -> Sequence[OutletId]:
        """The outlets of which texts were ever noted."""
        ...

    async def older(
        self, outlet: OutletId, than: datetime, limit: int
    ) -> Mapping[ArticleId, datetime]:
        """Articles whose text was fetched before an instant, the oldest first."""
        ...

    async def strike(self, outlet: OutletId, gone: Mapping[ArticleId, datetime]) -> None:
        """Forget these, but for those of which a newer text was noted since."""
        ...


class Corpus(Protocol):
    """What outlives the window: every article as it was prepared, append-only."""

    async def keep(self, article: Article) -> None:
        """Append the article unless this address with this content is there already."""
        ...

    def read(self) -> AsyncIterator[Article]:
        """Every kept article, oldest first."""
        ...

    async def forget(self, gone: Callable[[Article], bool]) -> int:
        """Erase the articles that `gone` tells; return how many records that were."""
        ...

    async def cut(self, gone: Mapping[ArticleId, datetime]) -> int:
        """Take out what texts of these articles were fetched up to an instant, each its own.

        What is left of a record has an empty text and no mentions. Returns how many were cut.
        """
        ...


class Tokens(Protocol):
    """Who may ask the API for what; of each token only a digest is kept."""

    async def add(self, token: Token) -> None:
        """Remember a token under its id."""
        ...

    async def find(self, token: str) -> Token | None:
        """The token of this id, or None."""
        ...

    async def revoke(self, token: str) -> bool:
        """Forget a token; False when there is none of this id."""
        ...

    async def all(self) -> Sequence[Token]:
        """Every token, oldest first."""
        ...


class Tombstones(Protocol):
    """What was forgotten on purpose and must not come back; kept for good."""

    async def add(self, stones: Sequence[Tombstone]) -> None:
        """Remember these; a subject's newest stays."""
        ...

    async def cover(self, article: ArticleId, outlet: OutletId) -> bool:
        """Tell whether the article, or all of its outlet, was forgotten."""
        ...

    async def all(self) -> Sequence[Tombstone]:
        """Every tombstone, newest first."""
        ...
