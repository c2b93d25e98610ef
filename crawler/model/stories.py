"""What belongs together."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from crawler.model.articles import Article, Dating
from crawler.model.ids import ArticleId, OutletId, PlaceId, StoryId
from crawler.model.recipe import Fingerprint


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

    @property
    def articles(self) -> tuple[ArticleId, ...]:
        """The ids of its members, by arrival."""
        return tuple(member.article for member in self.members)

    def unlinked(self, gone: Container[StoryId]) -> "Story":
        """Return the story without links to these."""
        return replace(self, linked=tuple(other for other in self.linked if other not in gone))


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

    @classmethod
    def of(
        cls, article: Article, story: StoryId, known: Self | None, mark: Fingerprint | None = None
    ) -> Self:
        """Return an article as decisions see it.

        It arrived when it was first fetched, which a replay repeats, not when it was stored.

        Args:
            article: As it was fetched last.
            story: Where it stands.
            known: The article as it was placed before, if it was.
            mark: What to see of its fingerprint; the whole of it if nothing is said.
        """
        return cls(
            id=article.id,
            story=story,
            url=article.url,
            outlet=article.outlet,
            title=article.title,
            language=article.language,
            published=article.published,
            arrived=known.arrived if known else article.fetched,
            fingerprint=mark or article.fingerprint,
            outlet_name=article.outlet_name,
            credits=article.credits,
            places=article.places,
            dating=article.dating,
        )


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
    AMENDED = "amended"


@dataclass(frozen=True, slots=True)
class Change:
    """One event in a story's life, in the order it happened."""

    kind: ChangeKind
    story: StoryId
    article: ArticleId | None = None
    relation: Relation | None = None
    other: StoryId | None = None  # merged from, split into, linked with

    @property
    def about(self) -> tuple[StoryId, ...]:
        """The stories it says something new of: what split off has no event of its own."""
        if self.other and self.kind in {ChangeKind.MERGED, ChangeKind.SPLIT}:
            return self.story, self.other
        return (self.story,)


@dataclass(frozen=True, slots=True)
class Regrouping:
    """What a ruling, or the end of an article, makes of the stories it touches."""

    stories: tuple[Story, ...] = ()  # every story that changed, as it is afterwards
    forwards: tuple[tuple[StoryId, StoryId], ...] = ()  # old id -> the id that stands for it now
    changes: tuple[Change, ...] = ()
    ties: tuple[Tie, ...] = ()  # newly verified
    ended: tuple[StoryId, ...] = ()  # stories that nobody is left of


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
