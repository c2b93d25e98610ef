"""The nouns of Kordon, as values: one dataclass for each stage of a story's way.

Times are aware UTC `datetime`s; ids are strings that never change their meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import NewType

OutletId = NewType("OutletId", str)
FeedId = NewType("FeedId", str)
EntryId = NewType("EntryId", str)
ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
ChangeId = NewType("ChangeId", str)  # "<milliseconds>-<number>", compared as numbers
TopicId = NewType("TopicId", str)
PlaceId = NewType("PlaceId", str)
RecipeId = NewType("RecipeId", str)
GenerationId = NewType("GenerationId", str)
WorkerId = NewType("WorkerId", str)
Host = NewType("Host", str)


def id_of(text: str) -> str:
    """Return 20 hex digits that stand for `text` (80 bits of BLAKE2b).

    A million ids collide with a chance below 1e-12.
    """
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


# --- who publishes, and where we ask ---------------------------------------------------------


class Redistribution(StrEnum):
    """How much of an outlet's text may leave this installation."""

    LINK = "link"
    EXCERPT = "excerpt"
    FULL = "full"


class Screening(StrEnum):
    """Whether an outlet's entries and pages are screened before much is spent on them."""

    GENERAL = ""  # where it publishes about everything, by country and kind
    ALWAYS = "yes"
    NEVER = "no"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher."""

    id: OutletId
    name: str
    homepage: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or empty when unknown
    languages: tuple[str, ...] = ()  # ISO 639-1
    kind: str = ""
    state_controlled: bool = False
    time_zone: str = ""  # IANA name, or empty when unknown
    redistribute: Redistribution = Redistribution.EXCERPT
    keep_text_days: int = 90
    closed: bool = False
    screen: Screening = Screening.GENERAL


@dataclass(frozen=True, slots=True)
class Feed:
    """An address we poll."""

    id: FeedId
    outlet: OutletId
    url: str
    enabled: bool = True
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Validators:
    """What the publisher gave us to ask with next time, byte for byte."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a feed brings news, as its polls have shown; old evidence fades.

    Each tuple is empty until something was watched. Hours are of the day in UTC, days of the
    week from Monday.
    """

    news_by_hour: tuple[float, ...] = ()  # entries
    watched_by_hour: tuple[float, ...] = ()  # days
    news_by_day: tuple[float, ...] = ()
    watched_by_day: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a feed's body asks of those who poll it; it holds until a later body says otherwise."""

    floor_seconds: float = 0.0  # RSS ttl, sy:updatePeriod
    skip_hours: tuple[int, ...] = ()  # 0-23, UTC
    skip_days: tuple[int, ...] = ()  # Monday is 0, UTC
    hub: str = ""  # WebSub
    topic: str = ""  # the feed's own address, under which its hub knows it


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed with everything its polls have taught us; what decides the next poll."""

    feed: Feed
    validators: Validators = Validators()
    interval_seconds: float = 0.0  # the last wait that the rhythm asked for; 0 until the first poll
    failures: int = 0  # in a row
    next_poll: datetime | None = None
    last_poll: datetime | None = None
    last_new: datetime | None = None  # when a poll last met an unseen entry
    last_outcome: str = ""  # "modified", "not-modified", "failed:timeout", ...
    moved_to: str = ""  # where a permanent redirect points
    moved_since: datetime | None = None
    moved_sightings: int = 0
    paused: bool = False
    rhythm: Rhythm = Rhythm()
    wishes: Wishes = Wishes()
    listed: bytes = b""  # four bytes for each entry of the body last read
    stale: bytes = b""  # four bytes for each sitemap version that held nothing recent
    last_listed: datetime | None = None  # when a body was last read
    last_news: datetime | None = None  # when one last held an entry that is new to this feed
    last_answer: datetime | None = None  # when it last answered, with a body or 304
    gap_seconds: float = 0.0  # mean time between its entries, as it was at the last news
    lies: int = 0  # plain looks that a 304 which hid news has still earned
    health: str = "new"  # as of the last poll
    vain_changes: int = 0  # bodies in a row that came in spite of validators and held no news
    adopted: str = ""  # the address asked instead of the feed's own, after a lasting move
    adopted_for: str = ""  # the feed's own address at that time
    versions: bytes = b""  # of the entries of the body last read: crawler.schedule.revisits

    @property
    def address(self) -> str:
        """What is asked: the adopted address for as long as the feed is listed as it was then."""
        return self.adopted if self.adopted and self.adopted_for == self.feed.url else self.feed.url


@dataclass(frozen=True, slots=True)
class Entry:
    """An item seen in a feed or sitemap: a promise of a page."""

    id: EntryId
    url: str
    outlet: OutletId
    feed: FeedId
    title: str = ""
    summary: str = ""
    author: str = ""
    language: str = ""  # the feed's claim
    published: datetime | None = None
    updated: datetime | None = None
    discovered: datetime | None = None


# --- one unit of work ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PollClaim:
    """A due feed, leased to one worker together with its host's turn."""

    key: str  # names this one claim; the next claim of the same work has another
    state: FeedState
    lease_until: datetime

    @property
    def url(self) -> str:
        """The address to ask."""
        return self.state.address


@dataclass(frozen=True, slots=True)
class EntryClaim:
    """A due entry, leased to one worker together with its host's turn."""

    key: str  # names this one claim; the next claim of the same work has another
    entry: Entry
    attempts: int  # earlier ones; 0 at the first
    lease_until: datetime

    @property
    def url(self) -> str:
        """The address to ask."""
        return self.entry.url


Claim = PollClaim | EntryClaim


# --- what publishers bear, and what operators should see -------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request cost its host."""

    host: Host
    status: int  # 0: none came
    bytes: int  # of the body, unpacked
    seconds: float  # until the last header


@dataclass(frozen=True, slots=True)
class Alert:
    """A feed's (or hook's) health changed to, or from, something that somebody should look at."""

    feed: FeedId
    outlet: OutletId
    url: str
    was: str
    health: str
    outcome: str  # of the last poll, or delivery
    at: datetime
    about: str = "feed"  # or "hook", whose id stands in `feed` then, and no outlet


@dataclass(frozen=True, slots=True)
class HubLease:
    """Our agreement with a hub (WebSub) that it tells us when a feed has news."""

    feed: FeedId
    hub: str
    topic: str  # the feed's address as the hub knows it
    token: str = field(repr=False)  # names us in the callback's address
    secret: str = field(repr=False)  # signs what the hub sends
    asked: datetime
    granted: datetime | None = None
    length_seconds: float = 0.0
    pushed: datetime | None = None  # when it last sent something genuine
    misses: int = 0  # polls in a row that found news it had not announced

    @property
    def length(self) -> timedelta:
        """How long the lease holds from when it was granted."""
        return timedelta(seconds=self.length_seconds)


@dataclass(frozen=True, slots=True)
class Fates:
    """How the pages of a feed's entries ended of late."""

    articles: int = 0
    repeated: int = 0  # the same article as before
    walled: int = 0  # consent pages, challenges, paywalls
    other: int = 0


# --- what was read ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Fetched bytes of an article, as the web gave them."""

    entry: Entry
    url: str  # after redirects
    body: bytes
    content_type: str
    fetched: datetime


class SkipReason(StrEnum):
    """Why a page did not become an article; every skip is counted under one of these."""

    OFF_TOPIC = "off-topic"
    NO_TEXT = "no-text"
    NOT_HTML = "not-html"
    CONSENT_WALL = "consent-wall"
    PAYWALL = "paywall"
    BOT_CHALLENGE = "bot-challenge"
    SOFT_404 = "soft-404"
    LINK_LIST = "link-list"
    ROBOTS = "robots"
    OPTED_OUT = "opted-out"
    GONE = "gone"
    FORGOTTEN = "forgotten"
    SAME_ARTICLE = "same-article"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A page that is not kept, and why."""

    reason: SkipReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every number that shapes a fingerprint; a change starts a new generation.

    Source: docs/decisions/0003-recipe.md
    """

    text_version: int = 6  # pinned by golden digests: extractor, tokenizer, Unicode tables
    scheme: str = "affine32"
    seed: int = 1
    permutations: int = 128
    bands: int = 3  # with rows, datasketch's optimum for a threshold of .95
    rows: int = 42
    shingle_words: int = 3
    min_shingles: int = 6  # fewer match exactly only
    named_words: int = 50  # in a text of no more, a name is as good as a number,
    names_told: int = 160  # and in one of no more it is told which there are
    sketch_least: int = 4096  # so many shingles are kept, those with the smallest hashes,
    sketch_share: int = 2  # or one in so many when that is more,
    sketch_most: int = 8192  # but never more than this
    run_words: int = 8  # articles are found by the runs of words they share,
    short: int = 300  # texts of so few shingles
    short_run_words: int = 5  # by shorter ones as well,
    short_postings: int = 8  # so many of them,
    brief: int = 160  # or, where the shingles are so few,
    brief_postings: int = 24  # so many
    postings_least: int = 16  # the same three numbers as of the sketch for the runs that nominate
    postings_share: int = 24
    postings_most: int = 64
    index_version: int = 3  # how the store finds look-alikes by them: decision 0193

    @property
    def id(self) -> RecipeId:
        """Ten hex digits that change with any number above."""
        numbers = repr([(name, getattr(self, name)) for name in self.__slots__])
        return RecipeId(blake2b(numbers.encode(), digest_size=5).hexdigest())

    @property
    def versions(self) -> tuple[int, int]:
        """What no number can say; whose code has others cannot write under this recipe."""
        return self.text_version, self.index_version


ANOTHERS = Recipe(text_version=0)  # in place of one whose numbers another Kordon alone knows


@dataclass(frozen=True, slots=True)
class Generation:
    """An index built under one recipe; two may stand side by side, and one of them is read."""

    recipe: Recipe
    number: int = 1  # of the generations that a store ever had
    named: RecipeId | None = None  # the recipe's id, where `recipe` cannot hold its numbers

    @property
    def id(self) -> GenerationId:
        """What its keys carry: the recipe's id, and after the first generation the number."""
        suffix = f".{self.number}" if self.number > 1 else ""
        return GenerationId(f"{self.recipe_id}{suffix}")

    @property
    def recipe_id(self) -> RecipeId:
        """Which recipe it was built under."""
        return self.named or self.recipe.id


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of a text can be compared without the text, under one recipe.

    Of a look-alike only `sketch`, `shingles` and `content_hash` are read: a store may drop the
    other two once it has made their index keys, and give them back empty.
    """

    signature: bytes  # uint32[permutations], little-endian: datasketch MinHash values
    samples: bytes  # uint64[n, 2], little-endian, ascending: runs that nominate, a shingle of each
    sketch: bytes  # the shingles as 18-bit hashes and what is told: crawler.dedup.sketch
    shingles: int  # distinct shingles in the text
    content_hash: bytes  # 16 bytes of BLAKE2b over the normalised words


class Precision(StrEnum):
    """How much of an instant the publisher told."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class DateSource(StrEnum):
    """Where an article's time of publication was read."""

    FEED = "feed"
    JSON_LD = "json-ld"
    META = "meta"
    TEXT = "text"  # on the page as people see it


@dataclass(frozen=True, slots=True)
class Dating:
    """How well it is known when an article appeared."""

    precision: Precision | None = None
    source: DateSource | None = None
    clamped: bool = False  # what was told lay after the fetch
    other: datetime | None = None  # what page or feed said instead, where they differ


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text; offsets in letters."""

    place: PlaceId
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """Extracted, normalised text with everything known about it."""

    id: ArticleId
    url: str
    outlet: OutletId
    title: str
    text: str
    fetched: datetime
    fingerprint: Fingerprint
    language: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    topics: tuple[TopicId, ...] = ()
    places: tuple[PlaceId, ...] = ()
    credits: tuple[str, ...] = ()
    feed: FeedId = FeedId("")
    outlet_name: str = ""
    updated: datetime | None = None  # as the page says; never after the fetch
    dating: Dating = Dating()
    mentions: tuple[Mention, ...] = ()  # of places, in title and text joined by a line end


# --- what belongs together -------------------------------------------------------------------


class Relation(StrEnum):
    """What one article is to another."""

    COPY = "copy"
    REVISION = "revision"
    EXCERPT = "excerpt"
    EXPANSION = "expansion"
    DIGEST = "digest"
    PARTIAL = "partial"
    TEMPLATE = "template"
    UNRELATED = "unrelated"

    @property
    def converse(self) -> "Relation":
        """The same relation seen from the other article."""
        return _CONVERSES.get(self, self)

    @property
    def joins(self) -> bool:
        """Whether the two may stand in one story."""
        return self in _JOINING


_CONVERSES = {
    Relation.EXCERPT: Relation.EXPANSION,
    Relation.EXPANSION: Relation.EXCERPT,
}
_JOINING = frozenset({Relation.COPY, Relation.REVISION, Relation.EXCERPT, Relation.EXPANSION})


@dataclass(frozen=True, slots=True)
class Tie:
    """A verified relation: `one` is a <relation> of `other`, and how far each holds the other."""

    one: ArticleId
    other: ArticleId
    relation: Relation
    jaccard: float  # 0..1
    one_in_other: float  # share of one's shingles found in the other, 0..1
    other_in_one: float


@dataclass(frozen=True, slots=True)
class Member:
    """An article's place in its story."""

    article: ArticleId
    relation: Relation  # to the canonical article; of itself COPY, or DIGEST when it is a round-up


@dataclass(frozen=True, slots=True)
class Story:
    """A group of articles that are one text."""

    id: StoryId
    canonical: ArticleId
    members: tuple[Member, ...]  # by arrival; the canonical is among them
    created: datetime
    updated: datetime
    version: int = 1  # grows by one with every change
    linked: tuple[StoryId, ...] = ()  # digests and partial look-alikes; never members


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An article already placed, as the decision about a newcomer sees it."""

    id: ArticleId
    story: StoryId
    url: str
    outlet: OutletId
    title: str
    language: str
    published: datetime | None
    arrived: datetime
    fingerprint: Fingerprint
    outlet_name: str = ""
    credits: tuple[str, ...] = ()
    places: tuple[PlaceId, ...] = ()
    dating: Dating = Dating()


class RulingKind(StrEnum):
    """What an operator may decide about articles, whatever their texts say."""

    TOGETHER = "together"  # the two share a story, and so do their copies
    APART = "apart"  # the two never share one, whoever matches both
    PINNED = "pinned"  # the article is shown for its story
    UNPINNED = "unpinned"  # it is not any more, unless by rule
    WITHDRAWN = "withdrawn"  # what was said of the two does not hold any more

    @property
    def takes_back(self) -> bool:
        """Whether it says nothing of its own, only that an earlier word holds no more."""
        return self in (RulingKind.UNPINNED, RulingKind.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Ruling:
    """An operator's word on one or two articles; it stays when stories are built anew."""

    kind: RulingKind
    one: ArticleId
    other: ArticleId  # for a pin, the article itself
    who: str
    why: str
    at: datetime

    @property
    def subject(self) -> str:
        """What it is about: a later ruling on the same takes its place."""
        return " ".join(sorted((self.one, self.other)))

    def taken_back(self, who: str, why: str, at: datetime) -> "Ruling":
        """Return the word that this one holds no more."""
        pinned = self.kind is RulingKind.PINNED
        kind = RulingKind.UNPINNED if pinned else RulingKind.WITHDRAWN
        return Ruling(kind, self.one, self.other, who, why, at)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """All that a placing may depend on: look-alikes, their stories whole, and known ties.

    Whole means: the nominated articles, and from them on, as far as it goes within a bound, every
    member of an article's story and every article tied to it by a joining relation or as a digest.
    Then stories do not depend on the order of arrival.
    """

    look_alikes: tuple[LookAlike, ...] = ()
    nominated: frozenset[ArticleId] = frozenset()
    stories: tuple[Story, ...] = ()
    ties: tuple[Tie, ...] = ()
    known: LookAlike | None = None  # the article itself, when it was placed before
    rulings: tuple[Ruling, ...] = ()  # of these articles


class ChangeKind(StrEnum):
    """What can happen to a story; the names of the public events."""

    CREATED = "story.created"
    JOINED = "joined"
    REVISED = "revised"
    CANONICAL_CHANGED = "canonical_changed"
    LINKED = "linked"
    MERGED = "merged"
    SPLIT = "split"
    EXPIRED = "expired"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Change:
    """One event in a story's life, in the order it happened."""

    kind: ChangeKind
    story: StoryId
    article: ArticleId | None = None
    relation: Relation | None = None
    other: StoryId | None = None  # merged from, split into, linked with


@dataclass(frozen=True, slots=True)
class Regrouping:
    """What a ruling, or the end of an article, makes of the stories it touches."""

    stories: tuple[Story, ...] = ()  # every story that changed, as it is afterwards
    forwards: tuple[tuple[StoryId, StoryId], ...] = ()  # old id -> the id that stands for it now
    changes: tuple[Change, ...] = ()
    ties: tuple[Tie, ...] = ()  # newly verified


@dataclass(frozen=True, slots=True)
class Succession:
    """What becomes of the stories of one generation when another takes its place."""

    stories: tuple[Story, ...] = ()  # every story of the new one, under the id it has from then on
    names: Mapping[StoryId, StoryId] = field(default_factory=dict)  # id while it was built -> then
    forwards: tuple[tuple[StoryId, StoryId], ...] = ()  # old id -> the id that stands for it then
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stands for something forgotten, so that it is not collected again."""

    subject: str  # an article's id, or an outlet's
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Placement:
    """The verdict on one article: where it stands and what that changes."""

    article: ArticleId
    story: StoryId
    relation: Relation  # to the story's canonical
    ties: tuple[Tie, ...] = ()  # newly verified
    stories: tuple[Story, ...] = ()  # every story that changed, as it is afterwards
    forwards: tuple[tuple[StoryId, StoryId], ...] = ()  # old id -> the id that stands for it now
    changes: tuple[Change, ...] = field(default=())  # empty when the article was placed before
