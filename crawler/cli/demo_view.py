"""What there is to see after an act of the demo: stories, what stayed apart, what was skipped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from crawler.app import App
from crawler.cli.stories import MemberView, StoryView, story_views
from crawler.contract import ChangePayload
from crawler.dedup.relation import converse
from crawler.demo.verdict import Findings, judged
from crawler.demo.world import World
from crawler.model import ArticleId, ChangeId, ChangeKind, Relation, Tie, TopicId

BEGINNING = ChangeId("0-0")
ALL = 10_000  # more than the world holds
FIRST = "first"
APART = frozenset({Relation.DIGEST, Relation.PARTIAL, Relation.TEMPLATE})


@dataclass(frozen=True, slots=True)
class Text:
    """An article of a story."""

    url: str
    outlet: str
    title: str
    language: str
    published: datetime | None
    relation: str  # "first", or what it is to the first
    new: bool  # came with this act
    revised: bool  # another text was read of it before


@dataclass(frozen=True, slots=True)
class DemoStory:
    """A story and its texts, the first published first."""

    id: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """A text that shares much with others and is in no story with them."""

    relation: Relation
    one: Text
    others: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """An entry that gave no article."""

    url: str
    title: str
    reason: str
    detail: str  # the words that showed it, where words did


@dataclass(frozen=True, slots=True)
class Unread:
    """A feed that could not be read."""

    url: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ActView:
    """Everything there was to see after one act."""

    act: int
    seconds: float
    counts: Mapping[str, int]
    stories: tuple[DemoStory, ...]
    apart: tuple[Apart, ...]
    passed: tuple[Passed, ...]
    unread: tuple[Unread, ...]
    agrees: bool
    verdict: str
    differences: tuple[str, ...]

    @property
    def texts(self) -> Iterator[Text]:
        """Every article of every story."""
        return (text for story in self.stories for text in story.texts)


async def act_view(app: App, world: World, seconds: float, before: ActView | None) -> ActView:
    """Return what the store holds now, compared with the world's truth.

    Args:
        app: The application that crawled.
        world: As it was shown.
        seconds: How long the crawl took.
        before: What the act before left.
    """
    (topic,) = app.config.topics
    views = await story_views(app, topic, ALL)
    ties = [tie for view in views for member in view.members
            for tie in await app.stories.ties(topic, ArticleId(member.id))]  # fmt: skip
    passed = tuple([_passed(shown.entry.url, shown.entry.title, shown.reason)
                    for state in ("skipped", "dead", "waiting")
                    for shown in await app.frontier.entries(state, ALL)])  # fmt: skip
    unread = tuple([Unread(state.feed.url, state.last_outcome.removeprefix("failed:"))
                    for state in await app.frontier.feeds() if state.failures])  # fmt: skip
    scene = _Scene(world, views, ties, before, await _revised(app, topic))
    verdict = judged(world.truth, scene.findings(passed))
    return ActView(
        act=world.showing,
        seconds=round(seconds, 1),
        counts=app.tally.everything(),
        stories=tuple(scene.stories()),
        apart=tuple(scene.apart()),
        passed=passed,
        unread=unread,
        agrees=verdict.agrees,
        verdict=verdict.sentence,
        differences=verdict.differences,
    )


async def _revised(app: App, topic: TopicId) -> frozenset[str]:
    """Return the addresses of which a later text was read."""
    events = await app.published.changes(topic, BEGINNING, ALL)
    told = (msgspec.json.decode(one.payload, type=ChangePayload) for one in events)
    kind = ChangeKind.REVISED
    return frozenset(one.article.url for one in told if one.kind == kind and one.article)


def _passed(url: str, title: str, why: str) -> Passed:
    reason, _, detail = why.partition(": ")
    return Passed(url, title, reason or "still waits", detail)


class _Scene:
    """The stories as they stand, with the verified relations between their texts."""

    def __init__(
        self,
        world: World,
        views: Sequence[StoryView],
        ties: Iterable[Tie],
        before: ActView | None,
        revised: frozenset[str],
    ) -> None:
        self._views = views
        self._revised = revised
        self._names = {outlet.id: outlet.name for outlet in world.outlets}
        self._known = {text.url for text in before.texts} if before else None
        self._members = {member.id: member for view in views for member in view.members}
        self._first_of = {
            member.id: min(view.members, key=_moment) for view in views for member in view.members
        }
        ties = [tie for tie in ties if {tie.one, tie.other} <= self._members.keys()]
        self._ties = {tie: None for one in ties for tie in (one, converse(one))}

    def findings(self, passed: Iterable[Passed]) -> Findings:
        """Return all that can be compared with the truth."""
        return Findings(
            stories={member.url: view.id for view in self._views for member in view.members},
            relations={
                (self._members[tie.one].url, self._members[tie.other].url): tie.relation
                for tie in self._ties
            },
            skips={entry.url: entry.reason for entry in passed},
            revised=self._revised,
        )

    def stories(self) -> Iterator[DemoStory]:
        """Yield each story told from who published it first, the newest first."""
        relations = {(str(tie.one), str(tie.other)): tie.relation for tie in self._ties}
        for view in sorted(self._views, key=lambda view: _moment(self._first(view)), reverse=True):
            first, *rest = sorted(view.members, key=_moment)
            said = [(one, relations.get((one.id, first.id), one.relation)) for one in rest]
            texts = [self._text(first, FIRST), *(self._text(one, word) for one, word in said)]
            yield DemoStory(view.id, tuple(texts))

    def apart(self) -> Iterator[Apart]:
        """Yield each text that is linked with stories it is no member of, with those it met."""
        found: dict[tuple[str, Relation], dict[str, MemberView]] = {}
        for tie in self._ties:
            if tie.relation in APART and self._took_over(tie):
                first = self._first_of[tie.other]
                found.setdefault((tie.one, tie.relation), {})[first.id] = first
        for (one, relation), others in found.items():
            texts = (self._text(other, FIRST) for other in sorted(others.values(), key=_moment))
            yield Apart(relation, self._text(self._members[one], relation), tuple(texts))

    def _took_over(self, tie: Tie) -> bool:
        """Whether `one` is the digest of the two, or else the later text."""
        if tie.relation is Relation.DIGEST:
            return tie.other_in_one > tie.one_in_other
        return _moment(self._members[tie.one]) > _moment(self._members[tie.other])

    def _first(self, view: StoryView) -> MemberView:
        return self._first_of[view.members[0].id]

    def _text(self, member: MemberView, relation: str) -> Text:
        return Text(
            url=member.url,
            outlet=self._names[member.outlet],
            title=member.title,
            language=member.language,
            published=member.published,
            relation=relation,
            new=self._known is not None and member.url not in self._known,
            revised=member.url in self._revised,
        )


def _moment(member: MemberView) -> tuple[bool, str, str]:
    when = member.published.isoformat() if member.published else ""
    return not when, when, member.id
