"""Feeds out: every list of stories as RSS, Atom and JSON Feed, and one OPML of all of them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response
from lxml import etree

from crawler.catalog.feeds_out import Format, Kind, choices, name_of, path_of
from crawler.contract import ArticlePayload, MemberPayload, StoryPayload, read_story
from crawler.model import ArticleId, Outlet, OutletId, PlaceId, Redistribution, TopicId
from crawler.render import atom, jsonfeed, rss
from crawler.render.document import Copy, Document, Item, plain
from crawler.render.excerpt import excerpt
from crawler.serve.known import refuse_unknown
from crawler.serve.narrowing import Control, Narrowing
from crawler.serve.parameters import READING
from crawler.serve.problems import Problem, described
from crawler.serve.service import Served, Service, Topic
from crawler.serve.stories import outlets_of, shown_texts
from crawler.store.search.query import Wanted

ITEMS = 50
MAX_AGE_SECONDS = 300
COPIES = 20  # of one story in a feed
CONTROLS = {
    Control.STATE: "some outlet state-controlled",
    Control.OTHERS: "no outlet state-controlled",
}

router = APIRouter(
    tags=["feeds"],
    dependencies=READING,
    responses=described(401, 404, 422, 429, 503),
)


WRITERS: Mapping[Format, tuple[Callable[[Document], bytes], str]] = {
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

One = tuple[Kind, str]  # what the path of a feed narrows it to
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["uk"])]


@dataclass(frozen=True, slots=True)
class Asked:
    """A feed that somebody asks for."""

    service: Service
    topic: TopicId
    written_as: Format
    narrowed: Narrowing
    url: str  # the feed's own
    base: str  # of all our addresses
    hub: str  # that is told when the feed changes
    known: str  # marks of what the asker has


def asked_for(
    service: Served,
    topic: Topic,
    written_as: Annotated[Format, Path(alias="format")],
    narrowed: Annotated[Narrowing, Query()],
    *,
    request: Request,
    known: Annotated[str, Header(alias="If-None-Match", max_length=1_000)] = "",
) -> Asked:
    """Return what a request asks for."""
    base = _base(service, request)
    query = urlencode(request.query_params.multi_items())
    url = f"{base}{request.url.path}{'?' if query else ''}{query}"
    hub = "" if query else service.hub_url  # it is told of paths alone
    return Asked(service, topic, written_as, narrowed, url, base, hub, known)


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
    """Return the newest stories of a topic as a feed, perhaps narrowed as lists of stories are.

    Everything asked for must hold; of several names of one kind, any.
    """
    return await _answer(await _document(asked), asked)


@router.get("/feeds/{topic}/{kind}/{name}.{format}", responses=_ANSWER, response_class=Response)
async def narrowed_feed(asked: Feed, kind: Kind, name: Name) -> Response:
    """Return the newest stories of one language, outlet, country, place, crossing or border."""
    return await _answer(await _document(asked, (kind, name)), asked)


# --- what a feed holds -----------------------------------------------------------------------


async def _document(asked: Asked, one: One | None = None) -> Document:
    service, topic = asked.service, asked.topic
    catalogue = await service.listing.catalogue()
    outlets = {outlet.id: outlet for outlet in catalogue.outlets}
    title = _title(asked, one, outlets)
    await refuse_unknown(service, topic, asked.narrowed.named, outlets)
    wanted = await asyncio.to_thread(_wanted, asked, one, outlets)
    found = await asyncio.to_thread(service.indexes[topic].find, wanted, ITEMS)
    payloads = await service.published.payloads(topic, found.stories)
    read = [read_story(payloads[id_]) for id_ in found.stories if id_ in payloads]
    stories = [story for story in read if isinstance(story, StoryPayload)]
    canonicals = {ArticleId(s.canonical.id): OutletId(s.canonical.outlet) for s in stories}
    feeds = {feed.outlet: feed.url for feed in reversed(catalogue.feeds)}
    texts = await shown_texts(service, topic, canonicals, outlets)
    items = [_item(s, texts.get(ArticleId(s.canonical.id), ""), outlets, feeds) for s in stories]
    return Document(
        title=title,
        description="One entry for each story, with a link to every copy of it.",
        url=asked.url,
        home=f"{asked.base}{_home(asked, one)}",
        items=items,
        language=_language(asked, one),
        hub=asked.hub,
    )


def _wanted(asked: Asked, one: One | None, outlets: Mapping[OutletId, Outlet]) -> Wanted:
    wanted = asked.narrowed.wanted(outlets)
    return replace(wanted, facets=[f"{_facet(one[0])}:{one[1]}"]) if one else wanted


def _language(asked: Asked, one: One | None) -> str:
    """Return the language that a feed is in, if it is in one."""
    names = _named(asked, one).get("language", ())
    return names[0] if len(names) == 1 else ""


def _home(asked: Asked, one: One | None) -> str:
    """Return where the page shows these stories; those that no view shows alone, among others."""
    named, narrowed = _named(asked, one), asked.narrowed
    given = {kind: names[0] for kind, names in named.items()}
    given |= {"control": str(narrowed.control), "q": narrowed.q.strip()}
    given = {kind: name for kind, name in given.items() if name}
    if not given or "country" in given or any(len(names) > 1 for names in named.values()):
        return f"/?{urlencode({'topic': asked.topic})}"
    return f"/search?{urlencode({'topic': asked.topic, **given})}"


def _named(asked: Asked, one: One | None) -> Mapping[str, Sequence[str]]:
    """Return all names that a feed is narrowed to, by kind; that of its path among them."""
    named = dict(asked.narrowed.named)
    if one:
        kind = _facet(one[0])
        named[kind] = sorted({*named.get(kind, ()), one[1]})
    return named


def _facet(kind: Kind) -> str:
    """Return under which kind stories are listed."""
    return Kind.PLACE if kind is Kind.CROSSING else kind


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


def _title(asked: Asked, one: One | None, outlets: Mapping[OutletId, Outlet]) -> str:
    """Return what a feed is narrowed to, for a person.

    Raises:
        Problem: There is nothing of the name that its path has.
    """
    titles = {(str(kind), name): title for kind, name, title in choices(outlets)}
    if one and one not in titles:
        raise Problem(404, f"there is no {one[0]} {one[1]}")
    parts = [titles[one]] if one else []
    for kind, names in asked.narrowed.named.items():
        parts.append(" or ".join(titles.get((kind, name), f"{kind} {name}") for name in names))
    if asked.narrowed.control:
        parts.append(CONTROLS[asked.narrowed.control])
    if asked.narrowed.q.strip():
        parts.append(f"“{asked.narrowed.q.strip()}”")
    return ", ".join([f"Kordon: {asked.topic}", *parts])


def _listed(topic: TopicId, outlets: Mapping[OutletId, Outlet]) -> Iterator[tuple[str, str]]:
    yield f"{topic}: everything", path_of(topic)
    for kind, name, title in choices(outlets):
        yield f"{topic}: {title}", path_of(topic, kind, name)


# --- how it is answered ----------------------------------------------------------------------


async def _answer(document: Document, asked: Asked) -> Response:
    """Return the feed, or that it did not change.

    The mark is a digest of the feed, and weak: it is the same however the feed is packed.
    """
    write, media_type = WRITERS[asked.written_as]
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
