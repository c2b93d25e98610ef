"""Stories, their relations and change logs, and single articles."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from crawler.contract import StoryPayload, article_payload, read_story
from crawler.model import (
    ArticleId,
    ChangeId,
    LookAlike,
    Outlet,
    OutletId,
    Redistribution,
    StoryId,
    TopicId,
)
from crawler.ports import Event
from crawler.render.excerpt import excerpt
from crawler.serve import views
from crawler.serve.known import refuse_unknown
from crawler.serve.narrowing import Narrowing, Outlets
from crawler.serve.parameters import READING, Instant
from crawler.serve.problems import Problem, described
from crawler.serve.service import Served, Service, Topic
from crawler.store.search.query import Wanted

MAX_PAGE = 100
LOG_LENGTH = 500  # changes of a story shown, the newest
AHEAD_MOST = 1_000  # changes looked at that the index has not reached yet

router = APIRouter(
    prefix="/api/v1/topics/{topic}",
    tags=["stories"],
    dependencies=READING,
    responses=described(401, 404, 422, 429, 503),
)

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$", examples=[views.STORY])]
CURSOR = r"^([0-7]?[0-9a-f]{1,15})?$"  # a row: 63 bits


class Filters(Narrowing):
    """What a list of stories is narrowed to, and which page of it is meant."""

    since: Instant | None = Field(None, description="created at or after")
    until: Instant | None = Field(None, description="created before; not at that instant")
    cursor: str = Field("", pattern=CURSOR, description="`next` of the page before")
    limit: int = Field(20, ge=1, le=MAX_PAGE)

    def wanted(self, outlets: Outlets) -> Wanted:
        """Return the search they amount to.

        Raises:
            Problem: 422 when words are asked for and none is there, or when no instant is within
                the bounds.
        """
        since, until = self.since, self.until
        if since and until and since >= until:
            raise Problem(422, "until: nothing can be created at since or later and before this")
        return replace(
            super().wanted(outlets),
            since=since,
            until=until,
            after=int(self.cursor, 16) if self.cursor else None,
        )


@router.get("/stories", response_model=views.StoryPage)
async def list_stories(
    topic: Topic, service: Served, asked: Annotated[Filters, Query()]
) -> Response:
    """List stories, the newest first.

    Everything asked for must hold; of several names of one kind, any (`language=uk&language=pl`).

    Pages follow creation, which never changes: however much is placed meanwhile, a walk from page
    to page meets every story once that was there when it began. What changed since is in
    `changes` after `position`.
    """
    index = service.indexes[topic]
    reached = await asyncio.to_thread(lambda: index.position)  # before the list is read
    position = reached or (await service.published.window(topic)).last
    outlets = await outlets_of(service)
    await refuse_unknown(service, topic, asked.named, outlets)
    found = await asyncio.to_thread(lambda: index.find(asked.wanted(outlets), asked.limit))
    payloads = await service.published.payloads(topic, found.stories)
    shown = [
        payloads[id_] for id_ in found.stories if id_ in payloads and is_standing(payloads[id_])
    ]
    page = {
        "stories": [msgspec.Raw(payload) for payload in shown],
        "next": format(found.last, "x") if found.last is not None else None,
        "complete": reached is not None,
        "position": position,
        "state_controlled": state_controlled(outlets, shown),
    }
    return as_json(page)


@router.get(
    "/stories/{story_id}",
    response_model=views.StoryDetail,
    responses={307: {"description": "the story was merged into another"}},
)
async def show_story(topic: Topic, story_id: Id, service: Served) -> Response:
    """Show a story with its members; one that was merged leads to what it became."""
    payload = await _payload(service, topic, StoryId(story_id))
    story = read_story(payload)
    if not isinstance(story, StoryPayload):
        target = f"/api/v1/topics/{topic}/stories/{story.moved_to}"
        return RedirectResponse(target, status_code=307)
    outlets = await outlets_of(service)
    article, outlet = ArticleId(story.canonical.id), OutletId(story.canonical.outlet)
    texts = await shown_texts(service, topic, {article: outlet}, outlets)
    return as_json({
        "story": msgspec.Raw(payload),
        "excerpt": excerpt(texts.get(article, "")),
        "state_controlled": _controlled(outlets, story.outlets),
    })  # fmt: skip


@router.get("/stories/{story_id}/relations", response_model=views.Relations)
async def list_relations(topic: Topic, story_id: Id, service: Served) -> Response:
    """List the verified relations of a story's members, to each other and to other stories."""
    story = read_story(await _payload(service, topic, StoryId(story_id)))
    members = story.members if isinstance(story, StoryPayload) else []
    ties = await asyncio.gather(
        *(service.stories.ties(topic, ArticleId(member.id)) for member in members)
    )
    unique = {(tie.one, tie.other): tie for some in ties for tie in some}
    return as_json({"relations": [asdict(tie) for tie in unique.values()]})


@router.get("/stories/{story_id}/changes", response_model=views.Changes)
async def list_story_changes(topic: Topic, story_id: Id, service: Served) -> Response:
    """List what happened to a story, as far back as changes are kept."""
    events = await log_of(service, topic, StoryId(story_id), LOG_LENGTH)
    if not events:
        await _payload(service, topic, StoryId(story_id))
    window = await service.published.window(topic)
    return as_json(changes_document(events, window.first, window.last, missed=False))


@router.get("/articles/{article_id}", response_model=views.ArticleDetail)
async def show_article(topic: Topic, article_id: Id, service: Served) -> Response:
    """Show an article with its story and relations, and of its text what its outlet allows."""
    article = ArticleId(article_id)
    fact = (await service.stories.articles(topic, [article])).get(article)
    if fact is None:
        raise Problem(404, f"no article has the id {article_id}; it may have expired")
    return as_json(await _article(service, topic, fact))


# --- what they share -------------------------------------------------------------------------


def as_json(document: Mapping[str, object]) -> Response:
    """Return a document that may hold published payloads as they are."""
    return Response(msgspec.json.encode(document), media_type="application/json")


def is_standing(payload: bytes) -> bool:
    """Tell whether a payload is a story's, not a forwarding address."""
    return isinstance(read_story(payload), StoryPayload)


async def outlets_of(service: Service) -> Mapping[OutletId, Outlet]:
    """Return every outlet by id."""
    catalogue = await service.listing.catalogue()
    return {outlet.id: outlet for outlet in catalogue.outlets}


def state_controlled(outlets: Outlets, payloads: Iterable[bytes]) -> list[str]:
    """Return those among the stories' outlets that a state controls."""
    named = {name for payload in payloads for name in _outlets.decode(payload).outlets}
    return _controlled(outlets, named)


async def shown_texts(
    service: Service,
    topic: TopicId,
    articles: Mapping[ArticleId, OutletId],
    outlets: Mapping[OutletId, Outlet],
) -> Mapping[ArticleId, str]:
    """Return the texts of those articles whose outlets allow at least an excerpt."""
    silent = {name for name, one in outlets.items() if one.redistribute is Redistribution.LINK}
    allowed = [article for article, outlet in articles.items() if outlet not in silent]
    return await service.stories.texts(topic, allowed)


async def log_of(service: Service, topic: TopicId, story: StoryId, most: int) -> list[Event]:
    """Return the newest changes of a story, oldest first.

    The index knows which those are; it follows the changes a moment behind them, so the ones it
    has not reached are read from the changes themselves.
    """
    index = service.indexes[topic]
    position = await asyncio.to_thread(lambda: index.position)
    ids = await asyncio.to_thread(index.log, story)
    indexed = await service.published.events(topic, ids[-most:])
    ahead = await _ahead(service, topic, position, story)
    return list({event.id: event for event in (*indexed, *ahead)}.values())[-most:]


def changes_document(
    events: Sequence[Event], first: ChangeId, last: ChangeId, *, missed: bool
) -> Mapping[str, object]:
    """Return changes as `views.Changes`."""
    entries = [{"id": event.id, "change": msgspec.Raw(event.payload)} for event in events]
    return {"changes": entries, "first": first, "last": last, "missed": missed}


async def _ahead(
    service: Service, topic: TopicId, position: ChangeId | None, story: StoryId
) -> Sequence[Event]:
    if position is None:
        return ()
    events = await service.published.changes(topic, position, AHEAD_MOST)
    return [event for event in events if event.story == story]


class _Outlets(msgspec.Struct):
    outlets: list[str] = []


_outlets = msgspec.json.Decoder(_Outlets)


async def _payload(service: Service, topic: TopicId, story: StoryId) -> bytes:
    payloads = await service.published.payloads(topic, [story])
    if story not in payloads:
        raise Problem(404, f"no story has the id {story}; it may have expired")
    return payloads[story]


async def _article(service: Service, topic: TopicId, fact: LookAlike) -> Mapping[str, object]:
    outlets = await outlets_of(service)
    outlet = outlets.get(fact.outlet)
    texts = await shown_texts(service, topic, {fact.id: fact.outlet}, outlets)
    text = texts.get(fact.id, "")
    full = outlet is not None and outlet.redistribute is Redistribution.FULL
    return {
        "article": article_payload(fact),
        "story": fact.story,
        "relations": [asdict(tie) for tie in await service.stories.ties(topic, fact.id)],
        "excerpt": excerpt(text),
        "text": text if full else None,
        "state_controlled": bool(outlet and outlet.state_controlled),
    }


def _controlled(outlets: Mapping[OutletId, Outlet], names: Iterable[str]) -> list[str]:
    found = (outlets.get(OutletId(name)) for name in names)
    return sorted(outlet.id for outlet in found if outlet and outlet.state_controlled)
