"""How stories leave Redis when their time is over, and what is told of an article before its."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from crawler.contract import ChangePayload
from crawler.model import (
    ArticleId,
    Change,
    ChangeKind,
    LookAlike,
    OutletId,
    Regrouping,
    Story,
    StoryId,
    TopicId,
)
from crawler.store.records import millis, span
from crawler.store.story_records import StoryRecord, pack
from crawler.store.story_shelf import StoryShelf, ask, ids_bucket
from crawler.store.story_verdict import Facts, Farewell, Row, event_row

EXPIRE_STEP = 32  # stories let go of in one script
TRIM_STEP = 1_000  # changes dropped in one script
EXPIRE_CHUNK = 1_024  # stories looked at in one trip
EVENTS_AT_ONCE = 1_000  # looked through for what is forgotten

Telling = Mapping[str, ChangePayload]  # change id -> what it says
_UPHEAVALS = {ChangeKind.MERGED, ChangeKind.SPLIT}  # nothing else tells of them


class StoryRetention(StoryShelf):
    """Lets go of what is older than its retention, in small steps, and of past events."""

    # --- letting go --------------------------------------------------------------------------

    async def expire(self, topic: TopicId) -> int:
        """Let go of stories that have not moved for the story window, and of old index segments.

        Works in small steps, so that no script holds the server for long. A story that moves
        meanwhile stays.
        """
        released = 0
        while overdue := await self._overdue(topic):
            steps = [overdue[at : at + EXPIRE_STEP] for at in range(0, len(overdue), EXPIRE_STEP)]
            articles = sum([await self._let_go(topic, step) for step in steps])
            released += articles
            if not articles:
                break  # what is left moved just now, or is not ours to mend
        await self._drop_segments(topic)
        await self._trim(topic)
        return released

    async def _trim(self, topic: TopicId) -> None:
        """Drop the changes that are older than their window, little by little."""
        script, window, gone = self._script("trim"), span(self._retention.changes), TRIM_STEP
        while gone == TRIM_STEP:
            gone = await self._run(script, topic, window, TRIM_STEP)

    async def _overdue(self, topic: TopicId) -> Sequence[StoryId]:
        horizon = millis(self._clock.now() - self._retention.stories)
        found = await ask(
            self._client.zrange(
                self._public(topic, "stories"),
                "-inf",
                f"({horizon}",
                byscore=True,
                offset=0,
                num=EXPIRE_CHUNK,
            )
        )
        return [StoryId(id_.decode()) for id_ in found]

    async def _let_go(self, topic: TopicId, ids: Sequence[StoryId]) -> int:
        farewell = await self._farewell(topic, await self._records(topic, ids))
        if not farewell.is_whole:
            return 0
        members = [one for row in farewell.leaving.values() for one in row.story.articles]
        buckets = {article: ids_bucket(article) for article in members}
        done = await self._run(
            self._script("expire"),
            topic,
            pack(farewell.versions),
            farewell.links,
            farewell.packed(topic, self._clock.now(), buckets),
            self._retention.changes_most,
        )
        return len(members) if done else 0

    async def _farewell(self, topic: TopicId, leaving: Mapping[StoryId, StoryRecord]) -> Farewell:
        aliases = await self._sets(topic, "aliases", list(leaving))
        names = [*leaving, *(alias for found in aliases for alias in found)]
        citing = dict(zip(names, await self._sets(topic, "citing", names), strict=True))
        citers = frozenset().union(*citing.values()) - leaving.keys()
        staying = await self._records(topic, sorted(citers))
        rows = [*leaving.values(), *staying.values()]
        facts = await self._facts(topic, [handle for row in rows for handle in row.handles])
        return Farewell(leaving, staying, citing, {fact.id: fact for fact in facts.values()})

    async def _drop_segments(self, topic: TopicId) -> None:
        """Unlink the index segments whose youngest article is past the candidate window."""
        listed = self._key(topic, "segments")
        window = span(self._retention.candidates)
        horizon = millis(self._clock.now()) - window
        closed = None
        for row in await ask(self._client.lrange(listed, 0, -1)):  # the newest first
            opened = int(row)
            if (opened + window / 2 if closed is None else closed) < horizon:
                pipe = self._client.pipeline(transaction=True)
                pipe.lrem(listed, 1, row)
                pipe.unlink(self._key(topic, f"index:{opened}"))
                await ask(pipe.execute())
            closed = opened

    async def drop_texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> None:
        """Let go of the texts of these articles."""
        if handles := await self._handles(topic, articles):
            names = [self._key(topic, f"text:{handle}") for handle in handles]
            await ask(self._client.unlink(*names))

    # --- forgetting --------------------------------------------------------------------------

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        listed = await ask(self._client.zrange(self._public(topic, f"by:outlet:{outlet}"), 0, -1))
        records = await self._records(topic, [StoryId(id_.decode()) for id_ in listed])
        handles = [handle for record in records.values() for handle in record.handles]
        facts = await self._facts(topic, handles)
        return [fact.id for fact in facts.values() if fact.outlet == outlet]

    async def _telling(self, topic: TopicId, fact: LookAlike) -> Telling:
        """Return every past event that tells of an article, but for the one of its end."""
        found: dict[str, ChangePayload] = {}
        stream, after = self._public(topic, "changes"), "-"
        while rows := await ask(self._client.xrange(stream, after, count=EVENTS_AT_ONCE)):
            for id_, fields in rows:
                if _tells_of(fact, fields):
                    found[id_.decode()] = _read(fields)
            after = f"({rows[-1][0].decode()}"
        return found

    async def _again(
        self, topic: TopicId, telling: Telling, left: Regrouping, facts: Facts, now: datetime
    ) -> Sequence[Row]:
        """Return what has to be told again: that stories became one, or two, in present words.

        Args:
            topic: Whose events they are.
            telling: Events that go.
            left: What is left of the stories around the article.
            facts: Of the members of those.
            now: When it is told.
        """
        once = {(e.kind, e.story, e.other): e for e in telling.values() if e.kind in _UPHEAVALS}
        return [await self._retold(topic, one, left, facts, now) for one in once.values()]

    async def _retold(
        self, topic: TopicId, told: ChangePayload, left: Regrouping, facts: Facts, now: datetime
    ) -> Row:
        """Return an event in the words that its story has then.

        Where that does not stand any more, without words, at the version that was told.
        """
        id_, other = StoryId(told.story), StoryId(told.other or "")
        story = {one.id: one for one in left.stories}.get(id_)
        gone = id_ in {*left.ended, *(old for old, _ in left.forwards)}
        record = (await self._records(topic, [id_])).get(id_)
        if story is None and record is not None and not gone:
            found = await self._facts(topic, record.handles)
            story, facts = record.story, {fact.id: fact for fact in found.values()}
        elif story is None:
            story = Story(id_, ArticleId(""), (), now, now, told.version)
        return event_row(topic, Change(ChangeKind(told.kind), id_, other=other), story, facts, now)


def _read(fields: Mapping[bytes, bytes]) -> ChangePayload:
    return msgspec.json.decode(fields[b"payload"], type=ChangePayload)


def _tells_of(fact: LookAlike, fields: Mapping[bytes, bytes]) -> bool:
    if fields[b"kind"] == ChangeKind.FORGOTTEN.encode():
        return False
    payload = fields[b"payload"]
    return fact.id.encode() in payload or msgspec.json.encode(fact.url) in payload
