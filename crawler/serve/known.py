"""What a filter may name: what the catalogue knows, and what stories have besides."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from crawler.catalog.facets import known_names
from crawler.model import TopicId
from crawler.serve.narrowing import Outlets, origins
from crawler.serve.problems import Problem
from crawler.serve.service import Service
from crawler.store.search.query import Wanted

TOO_MANY = {
    "outlet": "/api/v1/outlets lists all",
    "place": "/api/v1/places lists all",
    "language": "codes are those of ISO 639-1, such as uk",
}  # to be told: where they are
NEAREST = 3


async def refuse_unknown(
    service: Service, topic: TopicId, asked: Mapping[str, Sequence[str]], outlets: Outlets
) -> None:
    """Refuse a name that no story can ever have, rather than find nothing, or only the others'.

    Args:
        service: Whose index knows.
        topic: Whose stories are looked through for what the catalogue does not know.
        asked: Kind of facet, or `origin`, to the names asked for.
        outlets: Those of the catalogue.

    Raises:
        Problem: 422, with what is known.
    """
    for kind, names in asked.items():
        known = origins(outlets) if kind == "origin" else known_names(kind, outlets)
        for name in names:
            if name not in known and not await _is_met(service, topic, f"{kind}:{name}"):
                raise Problem(422, unknown(kind, name, known))


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """Return what to tell who asks for something that there is not."""
    if kind not in TOO_MANY:
        return f"{kind}: there is no {name}; known are {', '.join(sorted(known))}"
    near = get_close_matches(name, known, NEAREST)
    nearest = f"nearest are {', '.join(near)}; " if near else ""
    return f"{kind}: there is no {name}; {nearest}{TOO_MANY[kind]}"


async def _is_met(service: Service, topic: TopicId, facet: str) -> bool:
    index = service.indexes[topic]
    return bool((await asyncio.to_thread(index.find, Wanted(facets=[facet]), 1)).stories)
