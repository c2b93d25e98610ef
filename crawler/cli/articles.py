"""`kordon articles`: one article with everything known about it."""

import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from crawler.app import App
from crawler.cli.console import Json, counted, print_facts, print_json, print_table, say
from crawler.cli.elsewhere import kept_elsewhere, print_elsewhere
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.session import config_on, opened
from crawler.cli.stories import Topic
from crawler.config import Config
from crawler.errors import ConfigError, SourceError, UnknownError
from crawler.fetch.urls import canonical_address
from crawler.forget import Forgotten
from crawler.model import ArticleId, Dating, LookAlike, OutletId, Tie, Tombstone, TopicId, id_of
from crawler.setting import nearest

app = typer.Typer(help="Single articles: what is known, and how to forget them.",
                  no_args_is_help=True)  # fmt: skip

EXCERPT_LETTERS = 300
TIES_LEGEND = (
    "relation: of this article to the other; in other: the share of this text that the other holds "
    "too; of other: the share of the other text that this one holds too"
)
Named = Annotated[str, typer.Argument(metavar="URL|ID", help="An article's address or id.")]


@dataclass(frozen=True, slots=True)
class TieView:
    """Another article that this one was compared with, and what came of it."""

    article: str
    url: str
    relation: str  # of this article to the other
    jaccard: float
    in_other: float
    other_in: float


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article in one topic."""

    id: str
    url: str
    topic: str
    story: str
    relation: str  # to the story's canonical article
    canonical: bool  # it is that one
    outlet: str
    outlet_name: str
    title: str
    language: str
    published: datetime | None
    dating: Dating
    arrived: datetime
    credits: tuple[str, ...]
    shingles: int
    ties: list[TieView]
    text: str


@app.callback()
def group() -> None:
    """Single articles: what is known, and how to forget them."""


@app.command()
def show(
    article: Named,
    whole: Annotated[bool, typer.Option("--text", help="Print the whole text.")] = False,
    topic: Topic = None,
    as_json: Json = False,
) -> None:
    """Show an article: facts, story, relations, the beginning of its text."""
    config = config_on(topic)
    views, others = asyncio.run(_shown(article_named(article), config))
    if not views:
        where = ", ".join(config.topics)
        say(f"kordon: no article is known as {article} in {where}; it may have expired or moved")
        print_elsewhere(others)
        raise typer.Exit(EXIT_FAILED)
    if as_json:
        print_json(views)
        return
    for view in views:
        _print(view, whole=whole)


@app.command()
def forget(
    why: Annotated[str, typer.Option(help="The reason; kept with the tombstone.")],
    articles: Annotated[
        list[str] | None, typer.Argument(metavar="URL|ID", help="Articles to forget.")
    ] = None,
    outlet: Annotated[str, typer.Option(help="All that this outlet published.")] = "",
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove articles from stories, index, corpus and lists, and never collect them again.

    An outlet's feeds are paused too. There is no way back but a backup.
    """
    if bool(articles) == bool(outlet):
        raise ConfigError("nothing or too much to forget", "give articles, or --outlet, not both")
    if not why.strip():
        raise ConfigError("no reason is given", "say --why, such as --why 'publisher asked'")
    ids = [article_named(name) for name in articles or ()]
    _ask_whether_sure(outlet or counted(len(ids), "article"), sure=sure)
    gone = asyncio.run(_forgotten(ids, OutletId(outlet), why.strip()))
    if as_json:
        print_json(gone)
        return
    say(
        f"forgotten: {gone.articles} from stories, {gone.records} from the corpus, "
        f"{gone.entries} from the frontier; {counted(gone.feeds_paused, 'feed')} paused"
    )


@app.command()
def forgotten(as_json: Json = False) -> None:
    """List what was forgotten, newest first, and why."""
    stones = asyncio.run(_tombstones())
    if as_json:
        print_json(stones)
        return
    rows = [(stone.at, stone.subject, stone.why) for stone in stones]
    print_table(f"{len(rows)} forgotten", ("at", "article or outlet", "why"), rows)


async def forgotten_as(wired: App, subject: str) -> str:
    """Return when and why an article was forgotten, as a sentence; empty where it was not."""
    for stone in await wired.tombstones.all():
        if stone.subject == subject:
            return f"{subject} was forgotten on {stone.at:%Y-%m-%d}: {stone.why}"
    return ""


def article_named(name: str) -> ArticleId:
    """Return the id that an address or an id stands for.

    Raises:
        ConfigError: It is neither.
    """
    if re.fullmatch(r"[0-9a-f]{20}", name):
        return ArticleId(name)
    try:
        return ArticleId(id_of(canonical_address(name)))
    except SourceError as error:
        raise ConfigError(
            f"{name!r} is neither an address nor an id", "give what `stories show` prints"
        ) from error


def _ask_whether_sure(what: str, *, sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise ConfigError("forgetting cannot be undone", "add --yes where nobody can be asked")
    typer.confirm(f"Forget {what} for good?", abort=True, err=True)


async def _forgotten(ids: list[ArticleId], outlet: OutletId, why: str) -> Forgotten:
    async with opened() as app:
        if not outlet:
            return await app.forget.articles(ids, why)
        outlets = [one.id for one in (await app.listing.catalogue()).outlets]
        if outlet not in outlets and not await app.forget.knows(outlet):
            near = nearest(outlet, outlets)
            remedy = f"did you mean {near}" if near else "see `kordon outlets list`"
            raise UnknownError("outlet", outlet, remedy)
        return await app.forget.outlet(outlet, why)


async def _tombstones() -> Sequence[Tombstone]:
    async with opened() as app:
        return await app.tombstones.all()


async def _shown(
    article: ArticleId, config: Config
) -> tuple[list[ArticleView], Sequence[tuple[TopicId, int]]]:
    async with opened(config) as app:
        views = [
            await _view(app, topic, fact)
            for topic in app.config.topics
            for fact in (await app.stories.articles(topic, [article])).values()
        ]
        return views, () if views else await kept_elsewhere(app)


async def _view(app: App, topic: TopicId, fact: LookAlike) -> ArticleView:
    story = await app.stories.story(topic, fact.story)
    relations = {one.article: one.relation for one in story.members} if story else {}
    return ArticleView(
        id=fact.id,
        url=fact.url,
        topic=topic,
        story=fact.story,
        relation=relations.get(fact.id, ""),
        canonical=story is not None and story.canonical == fact.id,
        outlet=fact.outlet,
        outlet_name=fact.outlet_name,
        title=fact.title,
        language=fact.language,
        published=fact.published,
        dating=fact.dating,
        arrived=fact.arrived,
        credits=fact.credits,
        shingles=fact.fingerprint.shingles,
        ties=await _ties(app, topic, fact.id),
        text=await app.stories.text(topic, fact.id) or "",
    )


async def _ties(app: App, topic: TopicId, article: ArticleId) -> list[TieView]:
    ties = [_from(article, tie) for tie in await app.stories.ties(topic, article)]
    others = await app.stories.articles(topic, [tie.other for tie in ties])
    return [
        TieView(tie.other, others[tie.other].url, tie.relation, tie.jaccard, tie.one_in_other,
                tie.other_in_one)
        for tie in ties if tie.other in others
    ]  # fmt: skip


def _from(article: ArticleId, tie: Tie) -> Tie:
    """Return the tie as seen from one of its two articles."""
    if tie.one == article:
        return tie
    return Tie(
        tie.other, tie.one, tie.relation.converse, tie.jaccard, tie.other_in_one, tie.one_in_other
    )


def _published(view: ArticleView) -> str:
    """Return when it appeared, and how well that is known."""
    if view.published is None:
        return "not known"
    told = view.dating
    notes = [
        f"to the {told.precision}" if told.precision else "",
        f"from {told.source}" if told.source else "",
        "told as later than it was fetched" if told.clamped else "",
        f"elsewhere {told.other:%Y-%m-%d %H:%M}" if told.other else "",
    ]
    return f"{view.published:%Y-%m-%d %H:%M} ({', '.join(filter(None, notes)) or 'as told'})"


def _print(view: ArticleView, *, whole: bool) -> None:
    cut = len(view.text) > EXCERPT_LETTERS and not whole
    print_facts({
        "title": view.title, "address": view.url, "id": view.id, "outlet": view.outlet,
        "published": _published(view), "arrived": view.arrived, "language": view.language,
        "credits": view.credits, "topic": view.topic,
        "story": f"{view.story} ({'canonical' if view.canonical else view.relation})",
        "text": view.text[:EXCERPT_LETTERS] + " ... (--text prints all)" if cut else view.text,
    })  # fmt: skip
    if view.ties:
        rows = [
            (tie.relation, f"{tie.jaccard:.2f}", f"{tie.in_other:.2f}", f"{tie.other_in:.2f}",
             tie.url)
            for tie in view.ties
        ]  # fmt: skip
        columns = ("relation", "jaccard", "in other", "of other", "compared with")
        print_table(counted(len(rows), "relation"), columns, rows)
        say(TIES_LEGEND)
