"""The worker that keeps the search index of a topic up to date with its changes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

import msgspec

from crawler.contract import ChangePayload, StoryPayload, read_story
from crawler.model import ArticleId, ChangeId, ChangeKind, OutletId, StoryId, TopicId
from crawler.ports import Event, Published, Standing, Stories, Window
from crawler.store.search.index import Logged, SearchIndex
from crawler.store.search.rows import Document
from crawler.text.lemmas import terms
from crawler.workers.place_terms import place_terms
from crawler.workers.text_terms import KeptUntil

TITLE_WORDS = 200  # of all headlines of a story together
BODY_WORDS = 300  # of the canonical text
WALK_STEP = 200  # stories read, and written in one transaction

Facets = Callable[[StoryPayload], Sequence[str]]


class SearchWorker:
    """`workers.loop.Follower` of a search index.

    Args:
        facets: Under which names a story is listed, such as `place:krakivets`.
        kept_until: Until when an outlet's text of some instant may be kept; for ever without it.
        mark: What is another once that is; then every story is read anew.
        now: The present, for those.
    """

    def __init__(
        self,
        topic: TopicId,
        published: Published,
        stories: Stories,
        index: SearchIndex,
        facets: Facets,
        *,
        kept_until: KeptUntil | None = None,
        mark: Callable[[], Awaitable[str]] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.topic = topic
        self._published = published
        self._stories = stories
        self._index = index
        self._facets = facets
        self._kept_until = kept_until
        self._mark = mark
        self._now = now
        self._trimmed = ChangeId("")

    async def position(self) -> ChangeId | None:
        """Return the last change the index knows of; None when it is to be written anew."""
        if self._mark:
            await asyncio.to_thread(self._index.hold_to, await self._mark())
            self._mark = None  # terms stay the same for a process's life
        return await asyncio.to_thread(lambda: self._index.position)

    async def read_all(self, window: Window) -> None:
        """Index every story anew, newest first; what is there stays findable meanwhile."""
        generation = await asyncio.to_thread(self._index.begin_walk)
        before: Standing | None = None
        while some := await self._published.listed(self.topic, before, WALK_STEP):
            documents, gone = await self._documents([one.story for one in some], frozenset())
            write = partial(self._index.apply, documents=documents, gone=gone)
            await asyncio.to_thread(write, generation=generation)
            before = some[-1]
        await self._read_log(window)
        await asyncio.to_thread(self._index.end_walk, generation, window.last)

    async def _read_log(self, window: Window) -> None:
        after = window.trimmed or ChangeId("0-0")
        while events := await self._published.changes(self.topic, after, WALK_STEP):
            log = [Logged(event.id, event.story) for event in events]
            await asyncio.to_thread(partial(self._index.apply, log=log))
            after = events[-1].id

    async def rest(self, window: Window) -> None:
        """Drop from the log what the stream has dropped."""
        if window.trimmed and window.trimmed != self._trimmed:
            await asyncio.to_thread(self._index.forget_changes, window.trimmed)
            self._trimmed = window.trimmed
        if self._now:
            await asyncio.to_thread(self._index.drop_bodies, self._now())

    async def take(self, events: list[Event]) -> None:
        """Index the stories these changes are about, keep the changes, move on."""
        revised = frozenset(e.story for e in events if e.kind == ChangeKind.REVISED)
        stories = list(dict.fromkeys(about for event in events for about in _about(event)))
        documents, gone = await self._documents(stories, revised)
        log = [Logged(event.id, event.story) for event in events]
        write = partial(self._index.apply, documents=documents, gone=gone, log=log)
        await asyncio.to_thread(write, position=events[-1].id)

    async def _documents(
        self, ids: Sequence[StoryId], revised: frozenset[StoryId]
    ) -> tuple[list[Document], list[StoryId]]:
        """Return the stories that stand as documents, and the ids of the others."""
        payloads = await self._published.payloads(self.topic, ids)
        read = {id_: read_story(payload) for id_, payload in payloads.items()}
        standing = {id_: story for id_, story in read.items() if isinstance(story, StoryPayload)}
        known = await asyncio.to_thread(self._known, standing.values(), revised)
        unread = [story.canonical.id for id_, story in standing.items() if id_ not in known]
        texts = await self._stories.texts(self.topic, [ArticleId(id_) for id_ in unread])
        documents = []
        for id_, story in standing.items():
            body = known.get(id_, texts.get(ArticleId(story.canonical.id), ""))
            until = await self._until(story)
            if until and self._now and until <= self._now():
                body = ""
            documents.append(await asyncio.to_thread(self._document, story, body, until))
        return documents, [id_ for id_ in ids if id_ not in standing]

    async def _until(self, story: StoryPayload) -> datetime | None:
        if self._kept_until is None:
            return None
        return await self._kept_until(OutletId(story.canonical.outlet), story.canonical.first_seen)

    def _known(
        self, stories: Iterable[StoryPayload], revised: frozenset[StoryId]
    ) -> dict[StoryId, Sequence[str]]:
        """Return the terms of the canonical texts that are indexed already."""
        found: dict[StoryId, Sequence[str]] = {}
        for story in stories:
            indexed = self._index.known(StoryId(story.id))
            if indexed and indexed[1] == story.canonical.id and story.id not in revised:
                found[StoryId(story.id)] = indexed[2]
        return found

    def _document(
        self, story: StoryPayload, body: str | Sequence[str], until: datetime | None
    ) -> Document:
        canonical = story.canonical
        titles = {canonical.title: canonical.language}
        titles |= {member.title: member.language for member in story.members}
        read = partial(_terms, places=story.places)
        found = [read(title, lang, most=TITLE_WORDS) for title, lang in titles.items()]
        if isinstance(body, str):
            body = read(body, canonical.language, most=BODY_WORDS)
        return Document(
            id=StoryId(story.id),
            created=story.created,
            version=story.version,
            canonical=ArticleId(canonical.id),
            title=list(dict.fromkeys(term for some in found for term in some))[: 2 * TITLE_WORDS],
            body=body,
            facets=self._facets(story),
            until=until,
        )


def _terms(text: str, language: str, *, places: Sequence[str], most: int) -> list[str]:
    own = terms(text, language, most=most)
    return list(dict.fromkeys((*own, *place_terms(text, language, places, most=most))))


def _about(event: Event) -> Sequence[StoryId]:
    """Return the stories a change may have changed."""
    other = msgspec.json.decode(event.payload, type=ChangePayload).other
    return (event.story, StoryId(other)) if other else (event.story,)
