"""Stories in Redis: `ports.Stories` as one Lua script that commits a verdict or shows its grounds.

The first trip carries the verdict for an article that resembles nothing, which most articles are:
they are placed in one trip. Where there are look-alikes the script commits nothing and answers
with the neighbourhood; the verdict on that is the second trip. It commits only if what it rests
on, look-alikes and story versions, still stands; otherwise the answer is the neighbourhood as it
is by then. A refusal always means that another writer got ahead, so some writer always does.

Source: docs/decisions/0070-place-in-one-script.md
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from weakref import WeakValueDictionary
from zlib import crc32

import msgspec
from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from crawler.model import (
    Article,
    ArticleId,
    ChangeKind,
    LookAlike,
    OutletId,
    Placement,
    Recipe,
    Regrouping,
    Ruling,
    RulingKind,
    Story,
    StoryId,
    Tie,
    TopicId,
)
from crawler.ports import Clock, Decide, Depart, Regroup
from crawler.store import keys, nomination
from crawler.store.connection import translated
from crawler.store.nomination import BUCKETS, FILL, IndexKeys, Nominate, index_keys
from crawler.store.pipelining import Pipelined
from crawler.store.records import decode, millis, span
from crawler.store.story_records import (
    Handle,
    StoryRecord,
    forward_target,
    pack,
    pack_text,
    tied_handles,
    unpack_article,
    unpack_text,
    unpack_ties,
)
from crawler.store.story_verdict import (
    Facts,
    Farewell,
    Grounds,
    Verdict,
    packed_departure,
    packed_ruling,
)

IDS_BUCKETS = 4_096  # 120 ids each at half a million articles, within a listpack
EXPIRE_STEP = 32  # stories let go of in one script
EXPIRE_CHUNK = 1_024  # stories, or index buckets, looked at in one trip
EVENTS_AT_ONCE = 1_000  # looked through for what is forgotten
NO_BASIS = b"?"  # no verdict rests on it: asks for the neighbourhood
_PARTS = {  # what each script stands on, besides the records
    "place": ("moves",),
    "rule": ("leave", "moves"),
    "expire": ("leave",),
    "forget": ("leave",),
    "trim": (),
}


class _Sought(NamedTuple):
    """An article whose neighbourhood is asked for."""

    topic: TopicId
    article: ArticleId
    under: IndexKeys = IndexKeys((), ())
    fellows: frozenset[ArticleId] = frozenset()  # shown whatever the index says


class _Newcomer(NamedTuple):
    """An article on its way to its place."""

    sought: _Sought
    article: Article
    decide: Decide
    text: bytes  # compressed


class _Rulings(NamedTuple):
    """The rulings of a topic as they were read last."""

    version: bytes = b""
    rulings: tuple[Ruling, ...] = ()


class RedisStories:
    """`ports.Stories` on a Redis or Valkey server; any number of processes may share it."""

    def __init__(
        self,
        client: Redis,
        clock: Clock,
        recipe: Recipe,
        *,
        candidate_window: timedelta,
        story_window: timedelta,
        changes_window: timedelta,
        changes_max_length: int,
        nominate: Nominate = index_keys,
    ) -> None:
        self._client = client
        self._clock = clock
        self._recipe = recipe
        self._recipe_id = recipe.id
        self._candidate_window = candidate_window
        self._story_window = story_window
        self._changes_window = changes_window
        self._changes_max_length = changes_max_length
        self._nominate = nominate
        self._scripts = Pipelined(client)
        self._turns: WeakValueDictionary[tuple[TopicId, StoryId], asyncio.Lock]
        self._turns = WeakValueDictionary()
        self._place_script = client.register_script(_script("place"))
        self._expire_script = client.register_script(_script("expire"))
        self._trim_script = client.register_script(_script("trim"))
        self._rulings: dict[TopicId, _Rulings] = {}
        self._rule_script = client.register_script(_script("rule"))
        self._forget_script = client.register_script(_script("forget"))

    # --- placing -----------------------------------------------------------------------------

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Commit what `decide` makes of the article's neighbourhood; see `ports.Stories`."""
        index = self._nominate(article.fingerprint, self._recipe)
        sought = _Sought(topic, article.id, index)
        newcomer = _Newcomer(sought, article, decide, pack_text(article.text))
        alone = Grounds(self._rulings_of(topic).version)
        placement, grounds = await self._attempt(newcomer, alone)
        if grounds is None:
            return placement
        turn = self._turns.setdefault((topic, grounds.turn), asyncio.Lock())
        stale = turn.locked()
        async with turn:
            if stale:
                grounds = await self._look(sought)
            while grounds is not None:
                placement, grounds = await self._attempt(newcomer, grounds)
        return placement

    async def _attempt(
        self, newcomer: _Newcomer, grounds: Grounds
    ) -> tuple[Placement, Grounds | None]:
        """Return the verdict on these grounds, and where it was refused the grounds to judge on."""
        article, now = newcomer.article, self._clock.now()
        placement = newcomer.decide(article, grounds.neighbourhood)
        verdict = Verdict(newcomer.sought.topic, article, placement, grounds, now)
        if verdict.changes_nothing:
            return placement, None
        packed = verdict.packed(newcomer.text)
        reply = await self._submit(newcomer.sought, now, grounds.basis, packed)
        return placement, None if reply == 1 else await self._grounds(newcomer.sought, reply)

    async def _look(self, sought: _Sought) -> Grounds:
        """Return the article's neighbourhood as it is now."""
        return await self._grounds(
            sought, await self._submit(sought, self._clock.now(), NO_BASIS, b"")
        )

    async def _grounds(self, sought: _Sought, reply: Sequence[Any]) -> Grounds:
        """Return the grounds in a reply, under the rulings that held when it was given."""
        grounds = Grounds.of(sought.article, reply)
        held = self._rulings_of(sought.topic)
        if held.version == grounds.rulings:
            return grounds.under(held.rulings, sought.article)
        await self._read_rulings(sought.topic)
        return await self._look(sought)

    async def _submit(self, sought: _Sought, now: datetime, basis: bytes, verdict: bytes) -> Any:  # noqa: ANN401 - 1 or the neighbourhood
        index = sought.under
        return await self._run(
            self._place_script,
            sought.topic,
            millis(now),
            span(self._candidate_window),
            sought.article,
            _ids_bucket(sought.article),
            len(index.strong),
            b"".join((*index.strong, *index.weak)),
            basis,
            verdict,
            self._changes_max_length,
            pack([(id_, _ids_bucket(id_)) for id_ in self._fellows(sought)]),
        )

    def _fellows(self, sought: _Sought) -> Sequence[ArticleId]:
        """Return what operators put together with the article, or are about to."""
        rulings = self._rulings_of(sought.topic).rulings
        together = [(r.one, r.other) for r in rulings if r.kind is RulingKind.TOGETHER]
        ruled = {id_ for pair in together if sought.article in pair for id_ in pair}
        return sorted((ruled | sought.fellows) - {sought.article})

    # --- ruling ------------------------------------------------------------------------------

    async def rule(
        self, topic: TopicId, article: ArticleId, rulings: Sequence[Ruling], regroup: Regroup
    ) -> Regrouping | None:
        """Record rulings and what they make of the article's story; see `ports.Rulings`."""
        named = frozenset(id_ for ruling in rulings for id_ in (ruling.one, ruling.other))
        while True:
            grounds = await self._look(_Sought(topic, article, fellows=named))
            held, seen, now = self._rulings_of(topic), grounds.neighbourhood, self._clock.now()
            if seen.known is None:
                return None
            late = {ruling.subject: ruling for ruling in (*held.rulings, *rulings)}
            grounds = grounds.under(tuple(late.values()), article)
            said = regroup(seen.known, grounds.neighbourhood, now)
            done = await self._run(
                self._rule_script,
                topic,
                pack([(story.id, story.version) for story in seen.stories]),
                held.version,
                packed_ruling(topic, rulings, grounds, said, now),
                self._changes_max_length,
            )
            if done:
                return said

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        await self._read_rulings(topic)
        return sorted(
            self._rulings_of(topic).rulings, key=lambda r: (r.at, r.subject), reverse=True
        )

    def _rulings_of(self, topic: TopicId) -> _Rulings:
        return self._rulings.get(topic, _Rulings())

    async def _read_rulings(self, topic: TopicId) -> None:
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.get(keys.lasting(topic, "rulings:version"))
            pipe.hvals(keys.lasting(topic, "rulings"))
            version, records = await _ask(pipe.execute())
        found = tuple(decode(record, Ruling) for record in records)
        self._rulings[topic] = _Rulings(version or b"", found)

    # --- reading -----------------------------------------------------------------------------

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        found = await _ask(self._client.zrevrange(keys.public(topic, "stories"), 0, limit - 1))
        ids = [StoryId(id_.decode()) for id_ in found]
        return [record.story for record in (await self._records(topic, ids)).values()]

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following its forwarding address."""
        (record,) = await self._read(topic, "story", [story])
        if record and (target := forward_target(record)):
            return await self.story(topic, target)
        return StoryRecord.unpacked(story, record).story if record else None

    async def articles(self, topic: TopicId, ids: Sequence[ArticleId]) -> Facts:
        """What is known of these articles."""
        handles = await self._handles(topic, ids)
        return {fact.id: fact for fact in (await self._facts(topic, handles)).values()}

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        for handle in await self._handles(topic, [article]):
            (ties,) = await self._read(topic, "ties", [handle])
            others = await self._facts(topic, tied_handles(ties or b""))
            ids = {other: fact.id for other, fact in others.items()} | {handle: article}
            return unpack_ties(handle, ties or b"", ids)
        return ()

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while the article is kept."""
        for handle in await self._handles(topic, [article]):
            (frame,) = await self._read(topic, "text", [handle])
            return unpack_text(frame) if frame else None
        return None

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles while they are kept."""
        pipe = self._client.pipeline(transaction=False)
        for id_ in articles:
            pipe.hget(self._key(topic, f"ids:{_ids_bucket(id_)}"), id_)
        found = zip(articles, await _ask(pipe.execute()), strict=True)
        handles = {id_: int(handle) for id_, handle in found if handle}
        frames = await self._read(topic, "text", list(handles.values()))
        return {
            id_: unpack_text(frame) for id_, frame in zip(handles, frames, strict=True) if frame
        }

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories kept."""
        pipe = self._client.pipeline(transaction=False)
        pipe.get(self._key(topic, "articles"))
        pipe.zcard(keys.public(topic, "stories"))
        articles, stories = await _ask(pipe.execute())
        return int(articles or 0), stories

    async def _handles(self, topic: TopicId, ids: Sequence[ArticleId]) -> Sequence[Handle]:
        pipe = self._client.pipeline(transaction=False)
        for id_ in ids:
            pipe.hget(self._key(topic, f"ids:{_ids_bucket(id_)}"), id_)
        return [int(handle) for handle in await _ask(pipe.execute()) if handle]

    async def _facts(self, topic: TopicId, handles: Sequence[Handle]) -> dict[Handle, LookAlike]:
        records = await self._read(topic, "article", handles)
        pairs = zip(handles, records, strict=True)
        return {handle: unpack_article(record) for handle, record in pairs if record}

    async def _records(self, topic: TopicId, ids: Sequence[StoryId]) -> dict[StoryId, StoryRecord]:
        """Stories that stand, in the order asked for; forwards are not followed."""
        pairs = zip(ids, await self._read(topic, "story", ids), strict=True)
        return {
            id_: StoryRecord.unpacked(id_, record)
            for id_, record in pairs
            if record and not forward_target(record)
        }

    async def _read(
        self, topic: TopicId, family: str, names: Sequence[object]
    ) -> Sequence[bytes | None]:
        if not names:
            return []
        wanted = [self._key(topic, f"{family}:{name}") for name in names]
        found: Sequence[bytes | None] = await _ask(self._client.mget(wanted))
        return found

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
        await self._run(self._trim_script, topic, span(self._changes_window))
        return released

    async def _overdue(self, topic: TopicId) -> Sequence[StoryId]:
        horizon = millis(self._clock.now() - self._story_window)
        found = await _ask(
            self._client.zrange(
                keys.public(topic, "stories"),
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
        members = [m.article for row in farewell.leaving.values() for m in row.story.members]
        buckets = {article: _ids_bucket(article) for article in members}
        done = await self._run(
            self._expire_script,
            topic,
            farewell.versions,
            farewell.links,
            farewell.packed(topic, self._clock.now(), buckets),
            self._changes_max_length,
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

    async def _sets(
        self, topic: TopicId, family: str, ids: Sequence[StoryId]
    ) -> Sequence[frozenset[StoryId]]:
        pipe = self._client.pipeline(transaction=False)
        for id_ in ids:
            pipe.smembers(self._key(topic, f"{family}:{id_}"))
        found = await _ask(pipe.execute())
        return [frozenset(StoryId(id_.decode()) for id_ in members) for members in found]

    async def _drop_segments(self, topic: TopicId) -> None:
        """Unlink the buckets of segments whose youngest article is past the candidate window."""
        pipe = self._client.pipeline(transaction=False)
        pipe.lrange(self._key(topic, "segments"), 0, -1)
        pipe.get(self._key(topic, "entries"))
        rows, entries = await _ask(pipe.execute())
        horizon = millis(self._clock.now() - self._candidate_window)
        closed, last = None, int(entries or 0)
        for row in rows:  # the newest first
            first, opened = map(int, row.split(b":"))
            youngest = opened + span(self._candidate_window) / 2 if closed is None else closed
            if youngest < horizon:
                await self._drop_segment(topic, row.decode(), last - first)
            closed, last = opened, first

    async def _drop_segment(self, topic: TopicId, row: str, entries: int) -> None:
        first, buckets = row.partition(":")[0], max(BUCKETS, entries // FILL)
        for start in range(0, buckets, EXPIRE_CHUNK):
            chunk = range(start, min(start + EXPIRE_CHUNK, buckets))
            names = [self._key(topic, f"index:{first}:{n}") for n in chunk]
            await _ask(self._client.unlink(*names))
        await _ask(self._client.lrem(self._key(topic, "segments"), 1, row))

    # --- forgetting --------------------------------------------------------------------------

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of story, index and past events; see `ports.Stories`."""
        while fact := (await self.articles(topic, [article])).get(article):
            if await self._departed(topic, fact, depart):
                await self._scrub(topic, fact)
                return True
        return False

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        listed = await _ask(self._client.zrange(keys.public(topic, f"by:outlet:{outlet}"), 0, -1))
        records = await self._records(topic, [StoryId(id_.decode()) for id_ in listed])
        handles = [handle for record in records.values() for handle in record.handles]
        facts = await self._facts(topic, handles)
        return [fact.id for fact in facts.values() if fact.outlet == outlet]

    async def _departed(self, topic: TopicId, fact: LookAlike, depart: Depart) -> bool:
        """Whether the article is gone; False when its story moved while we looked."""
        record = (await self._records(topic, [fact.story])).get(fact.story)
        if record is None:
            return False
        facts = await self._facts(topic, record.handles)
        ties, now = await self._ties_among(topic, facts), self._clock.now()
        known = {one.id: one for one in facts.values()}
        left = depart(fact.id, record.story, known, ties, now)
        if not left.stories:
            return await self._let_go(topic, [fact.story]) > 0
        done = await self._run(
            self._forget_script,
            topic,
            pack([(fact.story, record.story.version)]),
            packed_departure(
                topic, fact, record, left, facts=known, now=now, bucket=_ids_bucket(fact.id)
            ),
            self._changes_max_length,
        )
        return bool(done)

    async def _ties_among(self, topic: TopicId, facts: Mapping[Handle, LookAlike]) -> Sequence[Tie]:
        ids = {handle: fact.id for handle, fact in facts.items()}
        stored = await self._read(topic, "ties", list(facts))
        return [
            tie
            for handle, ties in zip(facts, stored, strict=True)
            for tie in unpack_ties(handle, ties or b"", ids)
            if tie.one == ids[handle]  # each is stored with both of its articles
        ]

    async def _scrub(self, topic: TopicId, fact: LookAlike) -> None:
        """Delete every past event that tells of the article, but for the one of its end."""
        stream, after = keys.public(topic, "changes"), "-"
        while rows := await _ask(self._client.xrange(stream, after, count=EVENTS_AT_ONCE)):
            if telling := [id_ for id_, fields in rows if _tells_of(fact, fields)]:
                await _ask(self._client.xdel(stream, *telling))
            after = f"({rows[-1][0].decode()}"

    # --- plumbing ----------------------------------------------------------------------------

    def _key(self, topic: TopicId, name: str) -> str:
        return keys.topic(topic, self._recipe_id, name)

    async def _run(self, script: AsyncScript, topic: TopicId, *args: Any) -> Any:  # noqa: ANN401
        prefixes = [self._key(topic, ""), keys.public(topic, ""), keys.lasting(topic, "")]
        return await _ask(self._scripts.run(script, prefixes, args))


async def _ask(answer: Any) -> Any:  # noqa: ANN401 - redis-py answers by command and protocol
    with translated():
        return await answer


def _tells_of(fact: LookAlike, fields: Mapping[bytes, bytes]) -> bool:
    if fields[b"kind"] == ChangeKind.FORGOTTEN.encode():
        return False
    payload = fields[b"payload"]
    return fact.id.encode() in payload or msgspec.json.encode(fact.url) in payload


def _ids_bucket(article: ArticleId) -> int:
    return crc32(article.encode()) % IDS_BUCKETS


@cache
def _script(name: str) -> str:
    """Return a script of `lua/stories` with its limits and the layouts it works on."""
    folder = files("crawler.store").joinpath("lua", "stories")
    parts = ("records", *_PARTS[name], name)
    return _limits() + "".join(folder.joinpath(f"{part}.lua").read_text() for part in parts)


def _limits() -> str:
    """Return the numbers of `nomination` as the scripts' locals."""
    names = [name for name in dir(nomination) if name.isupper() and name[0] != "_"]
    return "".join(f"local {name} = {getattr(nomination, name)}\n" for name in names)
