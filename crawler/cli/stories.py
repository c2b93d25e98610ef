"""`kordon stories`: the deduplicated stories and who carried them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text

from crawler.app import App
from crawler.cli.console import Json, counted, out, print_json, print_table, printable, say
from crawler.cli.elsewhere import kept_elsewhere, print_elsewhere
from crawler.cli.narrowing import Filters, check_filters, facets_in, newest, publishers
from crawler.cli.session import config_on, opened
from crawler.model import ArticleId, LookAlike, Member, Story, StoryId, TopicId

app = typer.Typer(help="The stories, newest first, and who carried them.", no_args_is_help=True)

DEFAULT_LIMIT = 20

Topic = Annotated[
    list[str] | None, typer.Option(help="Look in this topic (repeatable); else in all active ones.")
]


@dataclass(frozen=True, slots=True)
class MemberView:
    """An article of a story."""

    id: str
    url: str
    outlet: str
    outlet_name: str
    title: str
    language: str
    published: datetime | None
    relation: str  # to the canonical article


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as a person reads it; the facts are its canonical article's."""

    id: str
    topic: str
    title: str
    url: str
    outlet: str
    published: datetime | None
    updated: datetime
    version: int
    canonical: str  # the article that is shown for it
    copies: int
    outlets: list[str]
    linked: list[str]
    members: list[MemberView]


@app.command("list")
def list_stories(
    topic: Topic = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of a topic.")] = (
        DEFAULT_LIMIT
    ),
    filters: Filters = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="Changed since then, UTC: 2026-03-01 or 2026-03-01T12:00.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the stories that changed last; of several filters of one kind, any will do."""
    wanted = facets_in(filters or ())
    asyncio.run(_list(topic, limit, wanted, since, as_json=as_json))


@app.command()
def show(
    story_id: Annotated[str, typer.Argument(metavar="ID", help="As `stories list` prints it.")],
    topic: Topic = None,
    as_json: Json = False,
) -> None:
    """Show one story with its members; an id that was merged shows what it became."""
    asyncio.run(_show(StoryId(story_id), topic, as_json))


async def story_views(app: App, topic: TopicId, limit: int) -> list[StoryView]:
    """Return the newest stories of a topic with all that is shown of them."""
    return await views_of(app, topic, await app.stories.newest(topic, limit))


def print_stories(title: str, views: Sequence[StoryView]) -> None:
    """Print two lines for each story: what it is, and who carries it; a terminal's are cut."""
    out.print(f"\n[bold]{escape(title)}[/bold]\n")
    for view in views:
        others = [name for name in view.outlets if name != view.outlet]
        carried = f"{view.outlet}, with {', '.join(others)}" if others else view.outlet
        copies = f"  {view.copies} articles" if view.copies > 1 else ""
        _print_line(Text(printable(view.title), style="bold"))
        _print_line(Text(f"  {view.id}  {view.updated:%b %d %H:%M}{copies}  {printable(carried)}"))


def _print_line(text: Text) -> None:
    cut = out.is_terminal
    out.print(text, no_wrap=True, overflow="ellipsis" if cut else "ignore", crop=cut)


async def _list(
    topics: list[str] | None,
    limit: int,
    filters: Sequence[str],
    since: datetime | None,
    *,
    as_json: bool,
) -> None:
    async with opened(config_on(topics)) as app:
        check_filters(filters, await publishers(app) if filters else ())
        found = [
            view
            for topic in app.config.topics
            for view in await views_of(app, topic, await newest(app, topic, limit, filters, since))
        ]
        others, where = () if found else await kept_elsewhere(app), ", ".join(app.config.topics)
    if as_json:
        print_json(found)
    elif not found and (filters or since):
        say(f"No story in {where} fits; kordon stories list shows the newest of all.")
    elif not found:
        say(f"No stories yet in {where}: kordon run collects them.")
        print_elsewhere(others)
    else:
        print_stories("Newest stories", found)


async def _show(story_id: StoryId, topics: list[str] | None, as_json: bool) -> None:
    async with opened(config_on(topics)) as app:
        found = [
            view
            for topic in app.config.topics
            if (story := await app.stories.story(topic, story_id))
            for view in await views_of(app, topic, [story])
        ]
        others, where = () if found else await kept_elsewhere(app), ", ".join(app.config.topics)
    if not found:
        say(f"kordon: no story has the id {story_id} in {where}; it may have expired")
        print_elsewhere(others)
        raise typer.Exit(1)
    if as_json:
        print_json(found[0])
    else:
        _print(found[0])


def _print(view: StoryView) -> None:
    typer.echo(f"{printable(view.title)}\n{printable(view.url)}\n")
    rows = [
        (m.published, m.outlet, "canonical" if m.id == view.canonical else m.relation, m.id,
         m.title, m.url)
        for m in view.members
    ]  # fmt: skip
    print_table(
        f"{counted(view.copies, 'article')} in {view.topic}, version {view.version}",
        ("published", "outlet", "relation", "id", "title", "url"),
        rows,
    )


async def views_of(app: App, topic: TopicId, stories: Sequence[Story]) -> list[StoryView]:
    """Return these stories with all that is shown of them."""
    ids = [member.article for story in stories for member in story.members]
    facts = await app.stories.articles(topic, ids)
    return [_view(topic, story, facts) for story in stories if story.canonical in facts]


def _view(topic: TopicId, story: Story, facts: Mapping[ArticleId, LookAlike]) -> StoryView:
    canonical = facts[story.canonical]
    known = [member for member in story.members if member.article in facts]
    return StoryView(
        id=story.id,
        topic=topic,
        title=canonical.title,
        url=canonical.url,
        outlet=canonical.outlet,
        published=canonical.published,
        updated=story.updated,
        version=story.version,
        canonical=story.canonical,
        copies=len(story.members),
        outlets=sorted({facts[member.article].outlet for member in known}),
        linked=list(story.linked),
        members=[_member(member, facts[member.article]) for member in known],
    )


def _member(member: Member, fact: LookAlike) -> MemberView:
    return MemberView(
        id=fact.id,
        url=fact.url,
        outlet=fact.outlet,
        outlet_name=fact.outlet_name,
        title=fact.title,
        language=fact.language,
        published=fact.published,
        relation=member.relation,
    )
