"""What the scripts of `lua/stories` are told and what they answer, as values."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from crawler.contract import change_payload, listings, rfc3339, story_payload
from crawler.dedup.ruling import Ruled
from crawler.model import (
    Article,
    ArticleId,
    Change,
    ChangeKind,
    LookAlike,
    Neighbourhood,
    Placement,
    Regrouping,
    Ruling,
    Story,
    StoryId,
    TopicId,
)
from crawler.store.records import encode, millis
from crawler.store.story_records import (
    Handle,
    StoryRecord,
    fact_of,
    is_revised,
    pack,
    pack_article,
    pack_story,
    pack_verdict,
    raw,
    unpack_article,
    unpack_ties,
)

NEWCOMER: Handle = 0  # stands for the article being placed; its real handle is the script's to give

Facts = Mapping[ArticleId, LookAlike]
Row = tuple[object, ...]


_ALONE = Neighbourhood()


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a verdict rests on, with the handles to write it down."""

    basis: bytes = b""  # compared by the script, never read here; at first the rulings' version
    neighbourhood: Neighbourhood = _ALONE
    handles: Mapping[ArticleId, Handle] = field(default_factory=dict)
    rulings: bytes = b""  # their version

    @property
    def turn(self) -> StoryId:
        """The story that this is most about, so that those who would change it take turns."""
        stories = self.neighbourhood.stories
        return stories[0].id if stories else StoryId("")

    @classmethod
    def of(cls, article: ArticleId, reply: Sequence[Any]) -> Self:
        """Return the grounds that the script answered with."""
        basis, known, nominated, rows, stories, rulings = reply
        records = {h: (unpack_article(r), ties) for h, r, ties in _threes(rows)}
        ids = {handle: fact.id for handle, (fact, _) in records.items()}
        whole = [StoryRecord.unpacked(StoryId(i.decode()), r) for i, r in _twos(stories)]
        neighbourhood = Neighbourhood(
            look_alikes=tuple(fact for fact, _ in records.values() if fact.id != article),
            nominated=frozenset(ids[handle] for handle in _handles(nominated)),
            stories=tuple(record.story for record in whole),
            ties=tuple(
                tie
                for handle, (fact, ties) in records.items()
                for tie in unpack_ties(handle, ties, ids)
                if tie.one == fact.id  # each is stored with both of its articles
            ),
            known=records[known][0] if known else None,
        )
        members = {
            article: handle
            for record in whole
            for article, handle in zip(record.story.articles, record.handles, strict=True)
        }
        return cls(basis, neighbourhood, members, rulings)

    def under(self, ruled: Ruled, article: ArticleId) -> Self:
        """Return the grounds with those of the rulings that bear on anyone in sight."""
        if not ruled.rulings:
            return self
        seen = self.neighbourhood
        sight = [article, *(alike.id for alike in seen.look_alikes)]
        return replace(self, neighbourhood=replace(seen, rulings=ruled.about(sight)))


@dataclass(frozen=True)
class Verdict:
    """A placement on its way into the store."""

    topic: TopicId
    article: Article
    placement: Placement
    grounds: Grounds
    now: datetime

    @property
    def changes_nothing(self) -> bool:
        """Whether the article is known, as it is, and nothing follows from seeing it again."""
        known, said = self.grounds.neighbourhood.known, self.placement
        follows = said.ties or said.stories or said.forwards or said.changes
        return known is not None and not follows and self._fact == known

    @property
    def out_of_sight(self) -> Sequence[Handle]:
        """The members of stories it changes that were too many to be shown: none, nearly always."""
        shown = {other.id for other in self.grounds.neighbourhood.look_alikes} | {self.article.id}
        members = (one for story in self.placement.stories for one in story.articles)
        return [self.grounds.handles[one] for one in members if one not in shown]

    def packed(self, text: bytes, hidden: Iterable[LookAlike]) -> bytes:
        """Return the verdict as `place.lua` takes it.

        Args:
            text: The article's, compressed.
            hidden: What is known of those out of sight.
        """
        seen, said = self.grounds.neighbourhood, self.placement
        fact = self._fact
        facts = {other.id: other for other in (*hidden, *seen.look_alikes, fact)}
        stays = fact == seen.known
        return pack(
            (
                said.story,
                raw(b"" if stays else pack_article(fact)),
                raw(b"" if stays else text),
                [
                    (self._handle(t.one), self._handle(t.other), raw(pack_verdict(t)))
                    for t in said.ties
                ],
                [self._story(story, facts) for story in said.stories],
                said.forwards,
                self._events(facts),
                is_revised(seen.known, fact),
            )
        )

    @cached_property
    def _fact(self) -> LookAlike:
        return fact_of(self.article, self.placement.story, self.grounds.neighbourhood.known)

    def _story(self, story: Story, facts: Facts) -> Row:
        handles = [self._handle(one) for one in story.articles]
        return story_row(self.topic, story, handles, facts)

    def _handle(self, article: ArticleId) -> Handle:
        return NEWCOMER if article == self.article.id else self.grounds.handles[article]

    def _events(self, facts: Facts) -> list[Row]:
        stories = {story.id: story for story in self.grounds.neighbourhood.stories}
        stories |= {story.id: story for story in self.placement.stories}
        return [
            event_row(self.topic, change, stories.get(change.story), facts, self.now)
            for change in self.placement.changes
        ]


def story_row(topic: TopicId, story: Story, handles: Sequence[Handle], facts: Facts) -> Row:
    """Return a story as `write_story` takes it; `facts` are of all its members."""
    canonical = story.articles.index(story.canonical)
    return (
        story.id,
        story.version,
        handles,
        canonical,
        listings(story, facts),
        story.linked,
        raw(pack_story(story)),
        raw(story_payload(topic, story, facts)),
        millis(story.updated),
    )


def event_row(
    topic: TopicId, change: Change, story: Story | None, facts: Facts, now: datetime
) -> Row:
    """Return an event as `announce` takes it."""
    payload = raw(change_payload(topic, change, story, facts, now))
    version = story.version if story else 0
    return (change.kind, change.story, change.article or "", rfc3339(now), version, payload)


@dataclass(frozen=True, slots=True)
class Farewell:
    """Stories whose time is over, and what else has to change for them to go."""

    leaving: Mapping[StoryId, StoryRecord]
    staying: Mapping[StoryId, StoryRecord]  # stories that link to a leaving one
    citing: Mapping[StoryId, frozenset[StoryId]]  # by leaving story or alias: who links to it
    facts: Facts

    @property
    def versions(self) -> list[Row]:
        """The versions that must still hold, as `stand` in `leave.lua` takes them."""
        rows = (*self.leaving.values(), *self.staying.values())
        return [(row.story.id, row.story.version) for row in rows]

    @property
    def is_whole(self) -> bool:
        """Whether the stories that stay are shown by articles that were there still."""
        return all(row.story.canonical in self.facts for row in self.staying.values())

    @property
    def links(self) -> int:
        """How many links there are to the leaving stories."""
        return sum(map(len, self.citing.values()))

    def packed(self, topic: TopicId, now: datetime, bucket_of: Mapping[ArticleId, int]) -> bytes:
        """Return what `expire.lua` is to do."""
        leaving = [(id_, _members(record, bucket_of)) for id_, record in self.leaving.items()]
        rows, amended = self.without_links(topic, now)
        ends = (one.story for one in self.leaving.values())
        expired = [self._event(topic, ChangeKind.EXPIRED, one, now) for one in ends]
        return pack((leaving, rows, [*expired, *amended]))

    def without_links(
        self, topic: TopicId, now: datetime, besides: Container[StoryId] = ()
    ) -> tuple[list[Row], list[Row]]:
        """Return the stories that stay without their links to those that leave, and the events.

        Args:
            topic: Whose stories they are.
            now: When the others leave.
            besides: Stories that are written, or forward, without that.
        """
        left = [self._unlinked(one) for id_, one in self.staying.items() if id_ not in besides]
        rows = [story_row(topic, story, handles, self.facts) for story, handles in left]
        return rows, [self._event(topic, ChangeKind.AMENDED, one.story, now) for one in left]

    def _unlinked(self, record: StoryRecord) -> StoryRecord:
        story = replace(record.story.unlinked(self.citing), version=record.story.version + 1)
        return record._replace(story=story)

    def _event(self, topic: TopicId, kind: ChangeKind, story: Story, now: datetime) -> Row:
        return event_row(topic, Change(kind, story.id), story, self.facts, now)


def packed_departure(
    topic: TopicId,
    grounds: Grounds,
    left: Regrouping,
    farewell: Farewell,
    *,
    again: Sequence[Row],
    untold: Sequence[str],
    facts: Facts,
    now: datetime,
) -> bytes:
    """Return what `forget.lua` is to do.

    Args:
        topic: Whose stories they are.
        grounds: What was judged on.
        left: What that came to.
        farewell: The stories that end by it, and who links to them.
        again: What is told again afterwards, of the events that go.
        untold: Ids of the events that go.
        facts: Of all members of the stories left.
        now: When it happens.
    """
    ties = [
        (grounds.handles[tie.one], grounds.handles[tie.other], raw(pack_verdict(tie)))
        for tie in left.ties
    ]
    left = replace(left, stories=tuple(one.unlinked(farewell.citing) for one in left.stories))
    rows, forwards, events = _regrouped(topic, grounds, left, facts, now)
    done = {*(story.id for story in left.stories), *(old for old, _ in left.forwards)}
    others, amended = farewell.without_links(topic, now, besides=done)
    told = [*events, *amended, *again]
    return pack((ties, [*rows, *others], forwards, told, left.ended, untold))


def packed_ruling(
    topic: TopicId,
    rulings: Sequence[Ruling],
    grounds: Grounds,
    said: Regrouping,
    *,
    facts: Facts,
    now: datetime,
) -> bytes:
    """Return what `rule.lua` is to do; `facts` are of all members of the stories said."""
    records = [(ruling.subject, raw(encode(ruling))) for ruling in rulings]
    return pack((records, *_regrouped(topic, grounds, said, facts, now)))


def _regrouped(
    topic: TopicId, grounds: Grounds, said: Regrouping, facts: Facts, now: datetime
) -> tuple[list[Row], Sequence[Row], list[Row]]:
    """Return stories, forwards and events as `regroup` in `moves.lua` takes them."""
    handles = grounds.handles
    rows = [
        story_row(topic, story, [handles[one] for one in story.articles], facts)
        for story in said.stories
    ]
    stories = {story.id: story for story in (*grounds.neighbourhood.stories, *said.stories)}
    events = [event_row(topic, one, stories.get(one.story), facts, now) for one in said.changes]
    return rows, said.forwards, events


def _members(record: StoryRecord, bucket_of: Mapping[ArticleId, int]) -> list[Row]:
    pairs = zip(record.handles, record.story.articles, strict=True)
    return [(handle, article, bucket_of[article]) for handle, article in pairs]


def _twos(row: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(row[::2], row[1::2], strict=True)


def _threes(row: Sequence[Any]) -> Iterable[tuple[Any, Any, Any]]:
    return zip(row[::3], row[1::3], row[2::3], strict=True)


def _handles(packed: bytes) -> list[Handle]:
    return [int.from_bytes(packed[at : at + 4]) for at in range(0, len(packed), 4)]
