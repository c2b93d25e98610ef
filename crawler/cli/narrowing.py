"""What a command narrows stories to: `--filter`, read, checked, and applied to a topic's list."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer

from crawler.app import App
from crawler.catalog.facets import KINDS, facets_of, fits, known_names
from crawler.contract import StoryPayload, read_story
from crawler.errors import ConfigError
from crawler.model import Story, StoryId, TopicId
from crawler.ports import Standing
from crawler.setting import nearest

READ_AT_ONCE = 500
TOO_MANY = {
    "outlet": "see `kordon outlets list`",
    "place": "see /api/v1/places of `kordon serve`",
    "language": "write a code of ISO 639-1, as language:uk",
}  # to be told: where they are

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter", help="language:uk, outlet:, place:, country:, border:UA-PL; repeatable."
    ),
]


def facets_in(given: Sequence[str]) -> tuple[str, ...]:
    """Return the filters, once each has the form of one; `check_filters` looks at their names.

    Raises:
        ConfigError: It cannot be used; the message says what can.
    """
    for facet in given:
        kind, _, name = facet.partition(":")
        if kind not in KINDS or not name:
            raise ConfigError(
                f"--filter {facet} is no filter", f"write KIND:NAME, of {', '.join(KINDS)}"
            )
    return tuple(given)


def check_filters(filters: Sequence[str], outlets: Collection[str]) -> None:
    """Let filters pass that some story may pass.

    Args:
        filters: Each KIND:NAME.
        outlets: Ids of those who publish, or did.

    Raises:
        ConfigError: One names nothing there is; the message says what was meant, or where to look.
    """
    for facet in filters:
        kind, _, name = facet.partition(":")
        known = known_names(kind, outlets)
        if name not in known:
            meant = nearest(name, known) if kind != "language" else ""  # every code is near another
            otherwise = TOO_MANY.get(kind) or f"known are {', '.join(known)}"
            raise ConfigError(
                f"there is no {kind} {name!r}", f"write {kind}:{meant}" if meant else otherwise
            )


async def publishers(app: App) -> frozenset[str]:
    """Return who is in the catalogue, and who only has stories."""
    listed = (outlet.id for outlet in (await app.listing.catalogue()).outlets)
    return frozenset({*listed, *await app.texts.outlets()})


async def newest(
    app: App, topic: TopicId, limit: int, filters: Sequence[str], since: datetime | None
) -> Sequence[Story]:
    """Return a topic's stories that changed last, with a facet of each kind that is asked for.

    A time without a zone is UTC.
    """
    if not filters and since is None:
        return await app.stories.newest(topic, limit)
    from_then = since.replace(tzinfo=since.tzinfo or UTC) if since else None
    ids: list[StoryId] = []
    async for some in _fitting(app, topic, filters, from_then):
        ids += islice(some, limit - len(ids))
        if len(ids) == limit:
            break
    found = [await app.stories.story(topic, id_) for id_ in ids]
    return [story for story in found if story]


async def _fitting(
    app: App, topic: TopicId, filters: Sequence[str], since: datetime | None
) -> AsyncIterator[list[StoryId]]:
    last: Standing | None = None
    while standing := await app.published.listed(topic, last, READ_AT_ONCE):
        last = standing[-1]
        recent = [one.story for one in standing if since is None or one.updated >= since]
        payloads = await app.published.payloads(topic, recent)
        yield [id_ for id_ in recent if id_ in payloads and _fits(filters, payloads[id_])]
        if len(recent) < len(standing):
            return


def _fits(filters: Sequence[str], payload: bytes) -> bool:
    story = read_story(payload)
    return isinstance(story, StoryPayload) and fits(filters, facets_of(story))
