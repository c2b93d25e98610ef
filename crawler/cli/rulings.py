"""`kordon stories split|merge|never-merge|pin|unpin|take-back|rulings`: an operator's word.

Adds these, and `why`, to the verbs of `stories`.
"""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from crawler.app import App
from crawler.cli import explain
from crawler.cli.articles import article_named, forgotten_as
from crawler.cli.console import Json, counted, print_json, print_table, say
from crawler.cli.session import config_on, opened
from crawler.cli.stories import StoryView, app, print_stories, views_of
from crawler.dedup.ruling import Decree, decrees_of
from crawler.errors import ConfigError, UnknownError
from crawler.model import ArticleId, LookAlike, StoryId, TopicId
from crawler.rule import Rule, Word

app.command("why")(explain.why)

One = Annotated[str, typer.Argument(metavar="ID", help="A story, as `stories list` prints it.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another story.")]
Article = Annotated[str, typer.Argument(metavar="URL|ID", help="An article's address or id.")]
Articles = Annotated[
    list[str], typer.Argument(metavar="URL|ID", help="The articles to take out of it.")
]
Decreed = Annotated[
    str, typer.Argument(metavar="RULING", help="What was decided, as `stories rulings` prints it.")
]
Why = Annotated[str, typer.Option(help="The reason; kept with the ruling.")]
Who = Annotated[str, typer.Option(help="Who decides; else the user of this machine.")]
In = Annotated[str, typer.Option("--topic", help="The topic; needed when several are active.")]

Act = Callable[[Rule, TopicId, str, str], Awaitable[Word]]


@dataclass(frozen=True, slots=True)
class DecreeView:
    """What one verb decided, as a person reads it."""

    id: str
    topic: str
    kind: str
    articles: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]  # none for a pin
    urls: dict[str, str]  # by article, of those that are known
    who: str
    why: str
    at: datetime


@app.command()
def split(
    story: One, articles: Articles, why: Why, who: Who = "", topic: In = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Take articles out of a story; they and the rest stay apart, however stories are built."""
    ids = [article_named(name) for name in articles]
    _act(lambda rule, at, *by: rule.split(at, StoryId(story), ids, *by), why, who, topic, as_json)


@app.command()
def merge(
    story: One, other: Other, why: Why, who: Who = "", topic: In = "", as_json: Json = False
) -> None:
    """Make two stories one; the younger id forwards to the older."""
    pair = StoryId(story), StoryId(other)
    _act(lambda rule, at, *by: rule.merge(at, *pair, *by), why, who, topic, as_json)


@app.command("never-merge")
def never_merge(
    story: One, other: Other, why: Why, who: Who = "", topic: In = "", as_json: Json = False
) -> None:
    """Keep two stories apart, whatever newcomers may prove."""
    pair = StoryId(story), StoryId(other)
    _act(lambda rule, at, *by: rule.never_merge(at, *pair, *by), why, who, topic, as_json)


@app.command()
def pin(article: Article, why: Why, who: Who = "", topic: In = "", as_json: Json = False) -> None:
    """Show this article for its story from now on."""
    id_ = article_named(article)
    _act(lambda rule, at, *by: rule.pin(at, id_, *by), why, who, topic, as_json)


@app.command()
def unpin(article: Article, why: Why, who: Who = "", topic: In = "", as_json: Json = False) -> None:
    """Let the article that is shown be chosen by rule again."""
    id_ = article_named(article)
    _act(lambda rule, at, *by: rule.pin(at, id_, *by, kept=False), why, who, topic, as_json)


@app.command("take-back")
def take_back(
    ruling: Decreed, why: Why, who: Who = "", topic: In = "", as_json: Json = False
) -> None:
    """Take back what one verb decided; of its articles the texts decide again."""
    _act(lambda rule, at, *by: rule.take_back(at, ruling, *by), why, who, topic, as_json)


@app.command()
def rulings(as_json: Json = False) -> None:
    """List what operators decided about articles: who, when and why."""
    views = asyncio.run(_rulings())
    if as_json:
        print_json(views)
    elif not views:
        say("Nothing was ruled: kordon stories split, merge, pin and never-merge do.")
    else:
        rows = [(v.id, v.at, v.kind, len(v.articles), v.who, v.why, _first_of(v)) for v in views]
        columns = ("id", "at", "ruling", "articles", "who", "why", "article")
        print_table(counted(len(rows), "ruling"), columns, rows)


def _first_of(view: DecreeView) -> str:
    """Return the first article that is known, by its address: the one that a split took out."""
    return next((view.urls[one] for one in view.articles if one in view.urls), "none is known")


def _act(act: Act, why: str, who: str, topic: str, as_json: bool) -> None:
    if not why.strip():
        raise ConfigError("no reason is given", "say --why, such as --why 'two different fires'")
    by = who.strip() or getpass.getuser(), why.strip()
    recorded, views = asyncio.run(_acted(act, by, topic))
    said = "Recorded; the stories are now" if recorded else "It was so already; the stories are"
    if as_json:
        print_json(views)
    else:
        print_stories(said, views)


async def _acted(act: Act, by: tuple[str, str], topic: str) -> tuple[bool, list[StoryView]]:
    async with opened(config_on([topic] if topic else None)) as wired:
        at = _topic(wired)
        try:
            word = await act(wired.rule, at, *by)
        except UnknownError as error:
            if stone := await forgotten_as(wired, error.subject):
                raise ConfigError(stone, "what is forgotten is collected no more") from error
            raise
        return word.recorded, await views_of(wired, at, word.stories)


def _topic(wired: App) -> TopicId:
    topics = wired.config.topics
    if len(topics) == 1:
        return topics[0]
    raise ConfigError("several topics are active", f"add --topic, one of {', '.join(topics)}")


async def _rulings() -> list[DecreeView]:
    async with opened() as wired:
        return [view for topic in wired.config.topics for view in await _rulings_in(wired, topic)]


async def _rulings_in(wired: App, topic: TopicId) -> list[DecreeView]:
    rulings = await wired.rulings.rulings(topic)
    named = {id_ for ruling in rulings for id_ in (ruling.one, ruling.other)}
    facts = await wired.stories.articles(topic, sorted(named))
    return [_view(topic, decree, facts) for decree in decrees_of(rulings)]


def _view(topic: TopicId, decree: Decree, facts: Mapping[ArticleId, LookAlike]) -> DecreeView:
    pairs = [(ruling.one, ruling.other) for ruling in decree.rulings]
    articles = tuple(dict.fromkeys(article for pair in pairs for article in pair))
    return DecreeView(
        id=decree.id,
        topic=topic,
        kind=decree.kind,
        articles=articles,
        pairs=tuple(pair for pair in pairs if pair[0] != pair[1]),
        urls={one: facts[one].url for one in articles if one in facts},
        who=decree.who,
        why=decree.why,
        at=decree.at,
    )
