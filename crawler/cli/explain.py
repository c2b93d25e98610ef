"""`kordon explain` and `kordon stories why`: on what grounds articles stand together or apart."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from crawler.account import PairAccount, StoryAccount
from crawler.app import App
from crawler.cli.articles import Named, article_named, forgotten_as
from crawler.cli.console import (
    Json,
    counted,
    plain,
    print_facts,
    print_json,
    print_table,
    printable,
    say,
)
from crawler.cli.session import config_on, opened
from crawler.dedup.rules import Rules
from crawler.errors import ConfigError
from crawler.model import Precision, Ruling, StoryId, Tie, TopicId

Found = TypeVar("Found")
Topic = Annotated[str, typer.Option(help="Look in this topic; else in all active ones.")]

WHY_LEGEND = (
    "in canonical: the share of the article's text that the canonical one holds too; "
    "of canonical: the share of the canonical text that the article holds too; "
    "longest passage: words in a row that both have (kordon explain shows them)"
)


@dataclass(frozen=True, slots=True)
class PairView:
    """A verdict on two articles with its grounds; shares are 0..1."""

    one: str
    other: str
    one_id: str
    other_id: str
    one_outlet: str
    other_outlet: str
    one_published: datetime | None
    other_published: datetime | None
    one_precision: str  # `day` where the time tells the day only
    other_precision: str
    same_story: bool
    beyond: str  # what decides besides the two texts; empty where they alone do
    relation: str  # of the two alone, by their texts
    rule: str
    stored: str  # as verified among all around; empty when the two were never compared
    rulings: tuple[Ruling, ...]
    jaccard: float
    one_in_other: float
    other_in_one: float
    one_woven: float  # its words in shared runs or close to them: what another outlet may edit
    other_woven: float
    common_numbers: int  # numbers and dates in both
    changed_numbers: float  # share of them that either has and the other has not: the lesser
    changed_names: float  # the same of names, where both texts are short enough to tell them
    shared: int  # shingles
    one_shingles: int
    other_shingles: int
    evidence: Mapping[str, float]  # for an edited text, in log-odds; empty if it is not weighed
    thresholds: Rules
    passage: str
    recipe: str
    text_version: int


@dataclass(frozen=True, slots=True)
class StoryWhyView:
    """A story and what holds each member in it."""

    id: str
    version: int
    canonical: str
    members: list[PairView]  # each with the canonical article
    rulings: tuple[Ruling, ...]


def explain(one: Named, other: Named, topic: Topic = "", as_json: Json = False) -> None:
    """Show why two articles are, or are not, one text: shares, rule, limits, longest passage."""
    if article_named(one) == article_named(other):
        raise ConfigError(f"{one} and {other} are the same article", "give two articles")
    view = _pair_view(asyncio.run(_explained(topic, one, other)))
    if as_json:
        print_json(view)
    else:
        _print_pair(view)


def why(
    story_id: Annotated[str, typer.Argument(metavar="ID", help="As `stories list` prints it.")],
    topic: Topic = "",
    as_json: Json = False,
) -> None:
    """Show what holds a story together: each member's shares, rule and passage, and rulings."""
    view = _story_view(asyncio.run(_told(topic, StoryId(story_id))))
    if as_json:
        print_json(view)
    else:
        _print_story(view)


async def _explained(topic: str, *names: str) -> PairAccount:
    one, other = map(article_named, names)
    async with opened(config_on([topic] if topic else None)) as wired:
        found = await _first(wired, lambda at: wired.account.pair(at, one, other))
        if found is None:
            for sentence in await _strange(wired, names):
                say(f"kordon: {sentence}")
            raise typer.Exit(1)
        return found


async def _strange(wired: App, names: Sequence[str]) -> list[str]:
    """Return why nothing can be told of articles: a sentence for each that is not known."""
    strange = [said for name in names if (said := await _not_known(wired, name))]
    return strange or [
        f"{' and '.join(names)} are in no topic together; give two articles of one topic"
    ]


async def _not_known(wired: App, name: str) -> str:
    article = article_named(name)
    if await _first(wired, lambda at: wired.stories.articles(at, [article])):
        return ""
    if await _first(wired, lambda at: wired.stories.story(at, StoryId(article))):
        return f"{name} is a story's id; give one of its articles, as `stories show` prints them"
    forgotten = await forgotten_as(wired, article)
    return forgotten or f"no article is known as {name}; it may have expired or moved"


async def _told(topic: str, story: StoryId) -> StoryAccount:
    async with opened(config_on([topic] if topic else None)) as wired:
        found = await _first(wired, lambda at: wired.account.story(at, story))
        if found is None:
            say(f"kordon: no story has the id {story}; it may have expired")
            raise typer.Exit(1)
        return found


async def _first(wired: App, look: Callable[[TopicId], Awaitable[Found | None]]) -> Found | None:
    for at in wired.config.topics:
        if found := await look(at):
            return found
    return None


def _pair_view(pair: PairAccount) -> PairView:
    why, shares = pair.explanation, pair.explanation.shares
    one_woven, other_woven = (min(1.0, share) for share in shares.woven(why.rules.step))
    return PairView(
        one=pair.one.url,
        other=pair.other.url,
        one_id=pair.one.id,
        other_id=pair.other.id,
        one_outlet=pair.one.outlet,
        other_outlet=pair.other.outlet,
        one_published=pair.one.published,
        other_published=pair.other.published,
        one_precision=pair.one.dating.precision or "",
        other_precision=pair.other.dating.precision or "",
        beyond=pair.beyond,
        same_story=pair.same_story,
        relation=why.tie.relation,
        rule=why.reason,
        stored=_from(pair.one.id, pair.stored) if pair.stored else "",
        rulings=pair.rulings,
        jaccard=round(shares.jaccard, 4),
        one_in_other=round(shares.one_in_other, 4),
        other_in_one=round(shares.other_in_one, 4),
        one_woven=round(one_woven, 4),
        other_woven=round(other_woven, 4),
        common_numbers=shares.common_numbers,
        changed_numbers=round(shares.changed_numbers, 4),
        changed_names=round(shares.changed_names, 4),
        shared=shares.shared,
        one_shingles=shares.one,
        other_shingles=shares.other,
        evidence={name: round(weight, 2) for name, weight in why.evidence.items()},
        thresholds=why.rules,
        passage=" ".join(why.passage.words),
        recipe=pair.recipe.id,
        text_version=pair.recipe.text_version,
    )


def _from(article: str, tie: Tie) -> str:
    return tie.relation if tie.one == article else tie.relation.converse


def _story_view(account: StoryAccount) -> StoryWhyView:
    story = account.story
    members = [_pair_view(pair) for pair in account.pairs]
    return StoryWhyView(story.id, story.version, story.canonical, members, account.rulings)


def _print_pair(view: PairView) -> None:
    limits = view.thresholds
    print_facts({
        "one": view.one, "other": view.other,
        "outlets": f"{view.one_outlet or 'unknown'}, {view.other_outlet or 'unknown'}",
        "published": f"{_when(view.one_published, view.one_precision)}, "
                     f"{_when(view.other_published, view.other_precision)}",
        "verdict": f"{view.relation}: {view.rule}",
        "stored": view.stored,
        "one story": view.same_story,
        "besides": view.beyond,
        "one in other": f"{view.one_in_other:.2f} of {view.one_shingles} shingles",
        "other in one": f"{view.other_in_one:.2f} of {view.other_shingles} shingles",
        "woven through": f"{view.one_woven:.2f} of one, {view.other_woven:.2f} of the other",
        "numbers": f"{view.common_numbers} in common, {view.changed_numbers:.2f} are others",
        "names": f"{view.changed_names:.2f} are others",
        "jaccard": f"{view.jaccard:.2f} ({view.shared} shared)",
        "evidence": _weighed(view.evidence),
        "limits": f"copy {limits.mutual} of both, held {limits.held} of one, "
                  f"link {limits.partial}, at least {limits.evidence} shared shingles "
                  f"({limits.least} where one is held); of two outlets, edited if the evidence "
                  f"is more than 0, a copy if {limits.woven} of both are woven through "
                  f"(of {limits.longest} shingles at most, {limits.longest_cut} otherwise); "
                  f"a template where hours do not bind the two and more than "
                  f"{limits.other_numbers} of the numbers are others "
                  f"({limits.later_numbers} on another day of one outlet; unrelated if of two "
                  f"outlets), or within one outlet more than {limits.other_names} of the names",
        "longest passage": view.passage or "none, or a text is not kept any more",
        "rulings": [_said(ruling, _names([view])) for ruling in view.rulings],
        "recipe": f"{view.recipe}, text version {view.text_version}",
    })  # fmt: skip


def _weighed(evidence: Mapping[str, float]) -> str:
    """Return a sum as people read it: what each trace adds, and what that makes."""
    if not evidence:
        return "none is weighed"
    told = " ".join(f"{weight:+.1f} {name.replace('_', ' ')}" for name, weight in evidence.items())
    return f"{sum(evidence.values()):+.1f} for an edited text: {told}"


def _when(published: datetime | None, precision: str) -> str:
    if published is None:
        return "unknown"
    return f"{published:%Y-%m-%d}" if precision == Precision.DAY else plain(published)


def _print_story(view: StoryWhyView) -> None:
    typer.echo(f"{view.id}, version {view.version}: its canonical article is {view.canonical}\n")
    rows = [
        (pair.stored or pair.relation, f"{pair.one_in_other:.2f}", f"{pair.other_in_one:.2f}",
         "; ".join(filter(None, (pair.rule, pair.beyond))), len(pair.passage.split()), pair.one)
        for pair in view.members
    ]  # fmt: skip
    columns = ("relation", "in canonical", "of canonical", "rule", "longest passage", "article")
    print_table(f"{counted(len(rows), 'member')} beside the canonical article", columns, rows)
    if rows:
        say(WHY_LEGEND)
    names = _names(view.members)
    for ruling in view.rulings:
        typer.echo(printable(_said(ruling, names)))


def _names(pairs: Iterable[PairView]) -> dict[str, str]:
    """Return the addresses of articles by their ids."""
    return {id_: url for p in pairs for id_, url in ((p.one_id, p.one), (p.other_id, p.other))}


def _said(ruling: Ruling, names: Mapping[str, str]) -> str:
    one, other = (names.get(id_, id_) for id_ in (ruling.one, ruling.other))
    what = f"{one} {ruling.kind}" if one == other else f"{one} {ruling.kind} {other}"
    return f"{what}, by {ruling.who} at {ruling.at:%Y-%m-%d %H:%M}: {ruling.why}"
