"""`kordon index`: build the stories anew beside those that are read, and switch to them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from crawler.app import open_index
from crawler.cli.console import Json, print_json, print_table, say
from crawler.cli.session import settings_of_kordon
from crawler.config import Config
from crawler.model import TopicId
from crawler.ports import Leftover
from crawler.reindex import Progress, State

app = typer.Typer(
    help="The index of stories: build it anew, look at both, switch.", no_args_is_help=True
)

MEBIBYTE = 1 << 20
TOLD_EVERY = 20  # steps of some dozens of articles
TO_GO_ON = (
    "What is built stays: `kordon index build` goes on where it stopped, "
    "`kordon index retire --build` gives it up."
)


@dataclass(frozen=True, slots=True)
class GenerationView:
    """A generation of the stories of one topic."""

    topic: str
    generation: str
    is_read: bool
    is_built: bool  # with neither it was read before, and stays until `retire`
    recipe: str
    text_version: int | None  # of what is read or built, where this Kordon knows
    articles: int
    stories: int | None
    keys: int
    bytes: int  # estimated from a sample
    agreement: float | None  # with the one that is read: of pairs that share a story, 0..1


@dataclass(frozen=True, slots=True)
class SwitchView:
    """What a switch changed in one topic."""

    topic: str
    events: Mapping[str, int]  # by kind


@app.command()
def status(as_json: Json = False) -> None:
    """Show the generations that are read, being built or left: how large, how alike."""
    views = asyncio.run(_status())
    if as_json:
        print_json(views)
    elif not views:
        say("No stories yet: kordon run collects them.")
    else:
        rows = [
            (v.topic, v.generation, _standing(v), v.articles, v.stories,
             f"{v.bytes / MEBIBYTE:.1f} MiB", _share(v.agreement))
            for v in views
        ]  # fmt: skip
        columns = ("topic", "id", "state", "articles", "stories", "size", "pairs agreed on")
        print_table("Generations", columns, rows)


@app.command()
def build(as_json: Json = False) -> None:
    """Place every article in a new generation; may be interrupted and run again.

    The crawl goes on meanwhile and writes both. Nothing that is read changes.
    """
    try:
        generation = asyncio.run(_built(quiet=as_json))
    except KeyboardInterrupt:
        say(TO_GO_ON)
        raise
    if as_json:
        print_json({"generation": generation})
    else:
        say(f"Generation {generation} is built: kordon index status compares, switch reads it.")


@app.command()
def switch(as_json: Json = False) -> None:
    """Read the generation that was built from now on; what changed is published as events.

    Each topic switches in one step; whoever places articles waits for its end.
    """
    views = asyncio.run(_switched())
    if as_json:
        print_json(views)
    for view in () if as_json else views:
        told = ", ".join(f"{count} {kind}" for kind, count in view.events.items())
        say(f"{view.topic}: switched; events: {told or 'none'}")


@app.command()
def retire(
    build: Annotated[
        bool, typer.Option("--build", help="Only give up the generation that is being built.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Remove what is not read any more; there is no switching back afterwards."""
    count = asyncio.run(_retired(build=build))
    if as_json:
        print_json({"keys": count})
    else:
        say(f"removed {count:,} keys")


def _standing(view: GenerationView) -> str:
    if view.is_read:
        return "read"
    return "being built" if view.is_built else "left"


def _share(agreement: float | None) -> str:
    return "" if agreement is None else f"{100 * agreement:.2f} %"


def _config() -> Config:
    return Config.from_settings(settings_of_kordon())


async def _status() -> list[GenerationView]:
    async with open_index(_config()) as index:
        written = [_view(state) for state in await index.status()]
        left = [_left_view(topic, one) for topic, one in await index.left()]
    return sorted([*written, *left], key=lambda view: view.topic)


def _view(state: State) -> GenerationView:
    generation = state.generation
    return GenerationView(
        topic=state.topic,
        generation=generation.id,
        is_read=state.is_read,
        is_built=not state.is_read,
        recipe=generation.recipe_id,
        text_version=generation.recipe.text_version or None,
        articles=state.articles,
        stories=state.stories,
        keys=state.size.keys,
        bytes=state.size.bytes,
        agreement=state.agreement,
    )


def _left_view(topic: TopicId, left: Leftover) -> GenerationView:
    return GenerationView(
        topic=topic,
        generation=left.id,
        is_read=False,
        is_built=False,
        recipe=left.id.partition(".")[0],
        text_version=None,
        articles=left.articles,
        stories=None,
        keys=left.size.keys,
        bytes=left.size.bytes,
        agreement=None,
    )


async def _built(*, quiet: bool) -> str:
    steps = 0

    def told(progress: Progress) -> None:
        nonlocal steps
        steps += 1
        if not quiet and steps % TOLD_EVERY == 1:
            say(f"{progress.topic}: {progress.built:,} of {progress.whole:,} articles")

    async with open_index(_config()) as index:
        return (await index.build(told)).id


async def _switched() -> list[SwitchView]:
    async with open_index(_config()) as index:
        changed = await index.switch()
    return [
        SwitchView(topic, {str(kind): count for kind, count in sorted(kinds.items())})
        for topic, kinds in changed.items()
    ]


async def _retired(*, build: bool) -> int:
    async with open_index(_config()) as index:
        return await (index.give_up() if build else index.retire())
