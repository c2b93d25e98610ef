"""Feeds out: every list of stories as RSS, Atom and JSON Feed, and one OPML of all of them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import Response
from lxml import etree

from crawler.catalog.feeds_out import Format, Kind, choices, name_of, path_of
from crawler.contract import ArticlePayload, MemberPayload, StoryPayload, read_story
from crawler.model import ArticleId, Outlet, OutletId, PlaceId, Redistribution, TopicId
from crawler.render import atom, jsonfeed, rss
from crawler.render.document import Copy, Document, Item, plain
from crawler.render.excerpt import excerpt
from crawler.serve.parameters import READING
from crawler.serve.problems import Problem, described
from crawler.serve.service import Served, Service, Topic
from crawler.serve.stories import outlets_of, shown_texts
from crawler.store.search_query import Wanted

ITEMS = 50
MAX_AGE_SECONDS = 300
COPIES = 20  # of one story in a feed

router = APIRouter(
    tags=["feeds"],
    dependencies=READING,
    responses=described(401, 404, 422, 429, 503),
)


_WRITERS: Mapping[Format, tuple[Callable[[Document], bytes], str]] = {
    Format.RSS: (rss.write_rss, rss.MEDIA_TYPE),
    Format.ATOM: (atom.write_atom, atom.MEDIA_TYPE),
    Format.JSON: (jsonfeed.write_jsonfeed, jsonfeed.MEDIA_TYPE),
}
_OPML: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/x-opml": {"schema": {"type": "string"}}}},
}
_ANSWER: dict[int | str, dict[str, object]] = {
    200: {
        "content": {
            rss.MEDIA_TYPE: {"schema": {"type": "string"}},
            atom.MEDIA_TYPE: {"schema": {"type": "string"}},
            jsonfeed.MEDIA_TYPE: {"schema": {"type": "object"}},
        }
    },
    304: {"description": "nothing changed"},
}

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["uk"])]


@dataclass(frozen=True, slots=True)
class Asked:
    """A feed that somebody asks for."""

    service: Service
    topic: TopicId
    written_as: Format
    url: str  # the feed's own
    base: str  # of all our addresses
    known: str  # marks of what the asker has


def asked_for(
    service: Served,
    topic: Topic,
    written_as: Annotated[Format, Path(alias="format")],
    request: Request,
    known: Annotated[str, Header(alias="If-None-Match", max_length=1_000)] = "",
) -> Asked:
    """Return what a request asks for."""
    base = _base(service, request)
    return Asked(service, topic, written_as, f"{base}{request.url.path}", base, known)


Feed = Annotated[Asked, Depends(asked_for)]


@router.get("/feeds.opml", responses=_OPML, response_class=Response)
async def list_feeds_out(service: Served, request: Request) -> Response:
    """List every feed there is, as Atom addresses in one OPML document."""
    outlets = await outlets_of(service)
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Kordon"
    body, base = etree.SubElement(root, "body"), _base(service, request)
    for topic in service.indexes:
        folder = etree.SubElement(body, "outline", text=topic)
        for title, path in _listed(topic, outlets):
            address = f"{base}{path}.{Format.ATOM}"
            etree.SubElement(folder, "outline", type="rss", text=plain(title), xmlUrl=address)
    written = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(written, media_type="text/x-opml")


@router.get("/feeds/{topic}/all.{format}", responses=_ANSWER, response_class=Response)
async def topic_feed(asked: Feed) -> Response:
    """Return the newest stories of a topic as a feed."""
    return await _answer(await _document(asked, f"Kordon: {asked.topic}"), asked)


@router.get("/feeds/{topic}/{kind}/{name}.{format}", responses=_ANSWER, response_class=Response)
async def narrowed_feed(asked: Feed, kind: Kind, name: Name) -> Response:
    """Return the newest stories of one language, outlet, country, place, crossing or border."""
    title = f"Kordon: {asked.topic}, {await _title(asked.service, kind, name)}"
    facet = f"{Kind.PLACE if kind is Kind.CROSSING else kind}:{name}"
    language = name if kind is Kind.LANGUAGE else ""
    return await _answer(await _document(asked, title, (facet,), language), asked)


# --- what a feed holds -----------------------------------------------------------------------


async def _document(
    asked: Asked, title: str, facets: Sequence[str] = (), language: str = ""
) -> Document:
    service, topic = asked.service, asked.topic
    found = await asyncio.to_thread(service.indexes[topic].find, Wanted(facets=facets), ITEMS)
    payloads = await service.published.payloads(topic, found.stories)
    read = [read_story(payloads[id_]) for id_ in found.stories if id_ in payloads]
    stories = [story for story in read if isinstance(story, StoryPayload)]
    canonicals = {ArticleId(s.canonical.id): OutletId(s.canonical.outlet) for s in stories}
    catalogue = await service.listing.catalogue()
    outlets = {outlet.id: outlet for outlet in catalogue.outlets}
    feeds = {feed.outlet: feed.url for feed in reversed(catalogue.feeds)}
    texts = await shown_texts(service, topic, canonicals, outlets)
    items = [_item(s, texts.get(ArticleId(s.canonical.id), ""), outlets, feeds) for s in stories]
    return Document(
        title=title,
        description="One entry for each story, with a link to every copy of it.",
        url=asked.url,
        home=f"{asked.base}/",
        items=items,
        language=language,
        hub=asked.service.hub_url,
    )


def _item(
    story: StoryPayload,
    text: str,
    outlets: Mapping[OutletId, Outlet],
    feeds: Mapping[OutletId, str],
) -> Item:
    canonical = story.canonical
    name = OutletId(canonical.outlet)
    outlet = outlets.get(name)
    full = outlet is not None and outlet.redistribute is Redistribution.FULL
    others = [member for member in story.members if member.id != canonical.id]
    return Item(
        id=f"urn:kordon:story:{story.id}",
        copy=_copy(canonical, outlets, "copy"),
        source=feeds.get(name, outlet.homepage if outlet else ""),
        published=story.created,
        updated=story.updated,
        language=canonical.language,
        excerpt=excerpt(text),
        paragraphs=[line for line in text.splitlines() if line.strip()] if full else (),
        copies=[_copy(member, outlets, member.relation) for member in others[:COPIES]],
        tags=[*story.languages, *(name_of(PlaceId(place)) for place in story.places)],
    )


def _copy(
    article: ArticlePayload | MemberPayload, outlets: Mapping[OutletId, Outlet], relation: str
) -> Copy:
    outlet = outlets.get(OutletId(article.outlet))
    name = article.outlet_name or (outlet.name if outlet else article.outlet)
    controlled = outlet is not None and outlet.state_controlled
    return Copy(name, article.title, article.url, relation, controlled)


# --- which feeds there are -------------------------------------------------------------------


async def _title(service: Service, kind: Kind, name: str) -> str:
    """Return what a feed is narrowed to, for a person.

    Raises:
        Problem: There is nothing of that name.
    """
    titles = {
        found: title for known, found, title in choices(await outlets_of(service)) if known is kind
    }
    if name not in titles:
        raise Problem(404, f"there is no {kind} {name}")
    return titles[name]


def _listed(topic: TopicId, outlets: Mapping[OutletId, Outlet]) -> Iterator[tuple[str, str]]:
    yield f"{topic}: everything", path_of(topic)
    for kind, name, title in choices(outlets):
        yield f"{topic}: {title}", path_of(topic, kind, name)


# --- how it is answered ----------------------------------------------------------------------


async def _answer(document: Document, asked: Asked) -> Response:
    """Return the feed, or that it did not change.

    The mark is a digest of the feed, and weak: it is the same however the feed is packed.
    """
    write, media_type = _WRITERS[asked.written_as]
    body = await asyncio.to_thread(write, document)
    mark = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": f"W/{mark}", "Cache-Control": f"private, max-age={MAX_AGE_SECONDS}"}
    if document.hub:  # WebSub, 4
        headers["Link"] = f'<{document.hub}>; rel="hub", <{document.url}>; rel="self"'
    known = {one.strip().removeprefix("W/") for one in asked.known.split(",")}
    if mark in known or "*" in known:
        return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
    return Response(body, headers=headers, media_type=f"{media_type}; charset=utf-8")


def _base(service: Service, request: Request) -> str:
    return service.public_url or str(request.base_url).rstrip("/")
