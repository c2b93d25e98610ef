"""What there is to choose from: topics, outlets, places."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query

from crawler.catalog.facets import borders
from crawler.catalog.gazetteer import Place, every_place
from crawler.model import Feed, Outlet, OutletId, TopicId
from crawler.serve import views
from crawler.serve.known import unknown
from crawler.serve.narrowing import MOST_NAMES, Border, Country
from crawler.serve.parameters import READING
from crawler.serve.problems import Problem, described
from crawler.serve.service import Served, Service

router = APIRouter(prefix="/api/v1", tags=["catalogue"], dependencies=READING,
                   responses=described(401, 422, 429, 503))  # fmt: skip


@router.get("/topics")
async def list_topics(service: Served) -> views.Topics:
    """List the topics that are served."""
    found = await asyncio.gather(*(_topic(service, topic) for topic in service.indexes))
    return views.Topics(topics=list(found))


@router.get("/outlets")
async def list_outlets(
    service: Served,
    country: Annotated[list[Country], Query(default_factory=list, max_length=MOST_NAMES)],
) -> views.Outlets:
    """List publishers, shipped and the operator's own."""
    catalogue = await service.listing.catalogue()
    known = {one.country for one in catalogue.outlets if one.country}
    wanted = _known("country", country, known)
    feeds = _by_outlet(catalogue.feeds)
    chosen = [one for one in catalogue.outlets if not wanted or one.country in wanted]
    return views.Outlets(outlets=[_outlet(one, feeds[one.id]) for one in chosen])


@router.get("/outlets/{outlet_id}", responses=described(404))
async def show_outlet(
    outlet_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")], service: Served
) -> views.OutletView:
    """Show one publisher."""
    catalogue = await service.listing.catalogue()
    for outlet in catalogue.outlets:
        if outlet.id == outlet_id:
            return _outlet(outlet, _by_outlet(catalogue.feeds)[outlet.id])
    raise Problem(404, f"no outlet has the id {outlet_id}")


@router.get("/places")
async def list_places(
    country: Annotated[list[Country], Query(default_factory=list, max_length=MOST_NAMES)],
    border: Annotated[list[Border], Query(default_factory=list, max_length=MOST_NAMES)],
    kind: Annotated[
        str, Query(max_length=60, description="how it begins", examples=["crossing"])
    ] = "",
) -> views.Places:
    """List what stories can be at: the gazetteer; countries, capitals, rivers and whole borders."""
    known = {code for place in every_place() for code in place.countries}
    countries, sections = _known("country", country, known), _known("border", border, borders())
    found = [
        place
        for place in every_place()
        if place.kind.startswith(kind)
        and (not countries or not countries.isdisjoint(place.countries))
        and (not sections or place.nearest_border in sections)
    ]
    return views.Places(places=[_place(place) for place in found])


def _known(kind: str, names: Iterable[str], known: Collection[str]) -> set[str]:
    """Return the names that are given, of which any will do; none: everything.

    Raises:
        Problem: 422 when one of them is not known.
    """
    given = {name for name in names if name}
    for name in sorted(given - set(known)):
        raise Problem(422, unknown(kind, name, known))
    return given


async def _topic(service: Service, topic: TopicId) -> views.TopicView:
    articles, stories = await service.stories.count(topic)
    complete = await asyncio.to_thread(lambda: service.indexes[topic].position is not None)
    return views.TopicView(id=topic, articles=articles, stories=stories, complete=complete)


def _by_outlet(feeds: Iterable[Feed]) -> dict[OutletId, list[str]]:
    found: dict[OutletId, list[str]] = defaultdict(list)
    for feed in feeds:
        found[feed.outlet].append(feed.id)
    return found


def _outlet(outlet: Outlet, feeds: list[str]) -> views.OutletView:
    return views.OutletView(
        id=outlet.id,
        name=outlet.name,
        homepage=outlet.homepage,
        country=outlet.country,
        languages=list(outlet.languages),
        kind=outlet.kind,
        state_controlled=outlet.state_controlled,
        time_zone=outlet.time_zone,
        redistribute=outlet.redistribute,
        closed=outlet.closed,
        feeds=feeds,
    )


def _place(place: Place) -> views.PlaceView:
    return views.PlaceView(
        id=place.id,
        kind=place.kind,
        countries=list(place.countries),
        names={language: list(names) for language, names in place.names.items()},
        latitude=place.lat,
        longitude=place.lon,
        approximate=place.approximate,
        border_km=place.border_km,
        nearest_border=place.nearest_border,
    )
