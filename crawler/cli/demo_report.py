"""What the demo shows: stories with who copied whom, what was kept apart, what was skipped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import msgspec
from rich.markup import escape
from rich.table import Table

from crawler.app import App
from crawler.cli.console import out, print_whole, printable
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
DIFFERENCES_SHOWN = 10
OUTLET_WIDTH = 21  # letters
_PREPOSITION = {
    Relation.DIGEST: "  holds",
    Relation.PARTIAL: "  shares with",
    Relation.TEMPLATE: "  same form as",
}


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


# --- what was found --------------------------------------------------------------------------


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


# --- how it is shown -------------------------------------------------------------------------


def print_act(view: ActView) -> None:
    """Print an act: in the first everything, in the second what changed."""
    stories = [story for story in view.stories if len(story.texts) > 1]
    if view.act > 1:
        stories = [one for one in stories if any(text.new or text.revised for text in one.texts)]
    _print_stories(view, stories)
    if view.act == 1:
        _print_apart(view.apart)
        _print_passed(view)
    _print_verdict(view)


def _print_stories(view: ActView, stories: Sequence[DemoStory]) -> None:
    table = _table("when", "relation", "outlet", "headline")
    for story in stories:
        for text in story.texts:
            when = f"{text.published:%a %H:%M}" if text.published else ""
            row = (when, _word(text), text.outlet, text.title)
            table.add_row(*map(_cell, row), style="bold" if text.relation == FIRST else "")
        table.add_row()
    _print_titled("Who published first, and who copied" if view.act == 1 else "What changed", table)
    if view.act == 1:
        single = sum(len(story.texts) == 1 for story in view.stories)
        out.print(f"and {single} stories that one outlet alone carried", style="dim")


def _word(text: Text) -> str:
    mark = " (new)" if text.new else " (revised)" if text.revised else ""
    return f"{text.relation}{mark}"


def _print_apart(apart: Sequence[Apart]) -> None:
    table = _table("relation", "outlet", "headline")
    for one in sorted(apart, key=lambda one: (one.relation, one.one.url)):
        table.add_row(*map(_cell, (one.relation, one.one.outlet, one.one.title)), style="bold")
        for other in one.others:
            table.add_row(*map(_cell, (_PREPOSITION[one.relation], other.outlet, other.title)))
        table.add_row()
    _print_titled("Linked, but stories of their own", table)


def _print_passed(view: ActView) -> None:
    table = _table("skipped", "pages", "for example")
    by_reason = sorted(view.passed, key=lambda entry: entry.reason)
    groups = [list(group) for _, group in groupby(by_reason, key=lambda entry: entry.reason)]
    for group in sorted(groups, key=len, reverse=True):
        seen = f"{group[0].title} [{group[0].detail}]" if group[0].detail else group[0].title
        table.add_row(*map(_cell, (group[0].reason, len(group), seen)))
    for feed in view.unread:
        table.add_row(*map(_cell, (f"feed: {feed.outcome}", "", feed.url)))
    _print_titled("Skipped, and why", table)


def _print_verdict(view: ActView) -> None:
    counts = view.counts
    articles = sum(1 for _ in view.texts)
    out.print(
        f"{counts.get('page/fetched', 0)} pages fetched in {view.seconds:.0f} s: "
        f"{articles} articles in {len(view.stories)} stories, {len(view.passed)} entries skipped."
    )
    for difference in view.differences[:DIFFERENCES_SHOWN]:
        out.print(_cell(f"differs: {difference}"), style="red", soft_wrap=True)
    if len(view.differences) > DIFFERENCES_SHOWN:
        out.print(f"differs: {len(view.differences) - DIFFERENCES_SHOWN} more", style="red")
    style = "green" if view.agrees else "bold red"
    out.print(f"Compared with the world as written: {view.verdict}.", style=style, soft_wrap=True)


def _print_titled(title: str, table: Table) -> None:
    out.print(f"\n[bold]{escape(title)}[/bold]")
    print_whole(table)


def _table(*columns: str) -> Table:
    """A table of one-line rows; on a terminal the last column takes what is left of the line."""
    table = Table(box=None, padding=(0, 1, 0, 0), expand=out.is_terminal, header_style="dim")
    most = OUTLET_WIDTH if out.is_terminal else None
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True, max_width=most)
    table.add_column(columns[-1], no_wrap=True, overflow="ellipsis", ratio=1)
    return table


def _cell(value: object) -> str:
    return escape(printable(str(value)))
