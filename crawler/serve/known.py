"""What a filter may name: what the catalogue knows, and what stories have besides."""

import asyncio
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from crawler.catalog.facets import borders, countries
from crawler.catalog.feeds_out import LANGUAGES
from crawler.catalog.gazetteer import places
from crawler.model import Outlet, TopicId
from crawler.serve.problems import Problem
from crawler.serve.service import Service
from crawler.store.search_query import Wanted

LISTED = {"outlet": "/api/v1/outlets", "place": "/api/v1/places"}  # too many to be told
NEAREST = 3


async def refuse_unknown(service: Service, topic: TopicId, asked: Mapping[str, str]) -> None:
    """Refuse a filter that no story can ever meet, rather than find nothing.

    Args:
        service: Whose catalogue and index know.
        topic: Whose stories are looked through for what the catalogue does not know.
        asked: Kind of facet to the value asked for.

    Raises:
        Problem: 422, with what is known.
    """
    outlets = (await service.listing.catalogue()).outlets
    for kind, name in asked.items():
        known = _known(kind, outlets)
        if name not in known and not await _is_met(service, topic, f"{kind}:{name}"):
            raise Problem(422, unknown(kind, name, known))


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """Return what to tell who asks for something that there is not."""
    if kind not in LISTED:
        return f"{kind}: there is no {name}; known are {', '.join(sorted(known))}"
    near = get_close_matches(name, known, NEAREST)
    nearest = f"nearest are {', '.join(near)}; " if near else ""
    return f"{kind}: there is no {name}; {nearest}{LISTED[kind]} lists all"


def _known(kind: str, outlets: Collection[Outlet]) -> Collection[str]:
    match kind:
        case "border":
            return borders()
        case "country":
            return countries()
        case "place":
            return {place.id for place in places()}
        case "language":
            return {*LANGUAGES, *(one for outlet in outlets for one in outlet.languages)}
        case _:
            return {outlet.id for outlet in outlets}


async def _is_met(service: Service, topic: TopicId, facet: str) -> bool:
    index = service.indexes[topic]
    return bool((await asyncio.to_thread(index.find, Wanted(facets=[facet]), 1)).stories)
