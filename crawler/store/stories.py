"""Stories in Redis: `ports.Stories` as one Lua script that commits a verdict or shows its grounds.

The first trip carries the verdict for an article that resembles nothing, which most articles are:
they are placed in one trip. Where there are look-alikes the script commits nothing and answers
with the neighbourhood; the verdict on that is the second trip. It commits only if what it rests
on, look-alikes and story versions, still stands; otherwise the answer is the neighbourhood as it
is by then. A refusal always means that another writer got ahead, so some writer always does.

Source: docs/decisions/0070-place-in-one-script.md
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from redis.asyncio import Redis

from crawler.dedup.ruling import Ruled
from crawler.model import (
    Article,
    ArticleId,
    LookAlike,
    Placement,
    Recipe,
    Regrouping,
    Ruling,
    Story,
    StoryId,
    TopicId,
)
from crawler.ports import Clock, Decide, Depart, Regroup
from crawler.store import keys
from crawler.store.batching import Batched
from crawler.store.nomination import TIED, IndexKeys, Nominate, index_keys
from crawler.store.records import decode, millis, span
from crawler.store.story_records import index_row, pack, pack_text, raw
from crawler.store.story_retention import StoryRetention
from crawler.store.story_shelf import Edition, Retention, ask, ids_bucket
from crawler.store.story_verdict import (
    Facts,
    Grounds,
    Row,
    Verdict,
    packed_departure,
    packed_ruling,
)

NO_BASIS = b"?"  # no verdict rests on it: asks for the neighbourhood
NO_KEYS = IndexKeys((), ())


class _Sought(NamedTuple):
    """An article whose neighbourhood is asked for."""

    topic: TopicId
    article: ArticleId
    under: IndexKeys
    fellows: frozenset[ArticleId] = frozenset()  # shown whatever the index says


class _Newcomer(NamedTuple):
    """An article on its way to its place."""

    sought: _Sought
    article: Article
    decide: Decide
    text: bytes  # compressed


class _Rulings(NamedTuple):
    """The rulings of a topic as they were read last."""

    version: bytes
    ruled: Ruled


_NO_RULINGS = _Rulings(b"", Ruled())


class RedisStories(StoryRetention):
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
        edition: Edition | None = None,
    ) -> None:
        kept = Retention(candidate_window, story_window, changes_window, changes_max_length)
        super().__init__(client, clock, recipe, kept, edition)
        self._nominate = nominate
        self._place_script = self._script("place")
        self._turns: WeakValueDictionary[tuple[TopicId, StoryId], asyncio.Lock]
        self._turns = WeakValueDictionary()
        self._batches: dict[TopicId, Batched[bytes, Any]] = {}
        self._rulings: dict[TopicId, _Rulings] = {}

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
        article = newcomer.article
        placement = newcomer.decide(article, grounds.neighbourhood)
        topic, now = newcomer.sought.topic, self._clock.now()
        verdict = Verdict(topic, article, placement, grounds, now)
        if verdict.changes_nothing:
            return placement, None
        hidden = await self._facts(topic, verdict.out_of_sight)
        packed = verdict.packed(newcomer.text, hidden.values())
        reply = await self._submit(newcomer.sought, grounds.basis, packed)
        return placement, None if reply == 1 else await self._grounds(newcomer.sought, reply)

    async def _look(self, sought: _Sought) -> Grounds:
        """Return the article's neighbourhood as it is now."""
        return await self._grounds(sought, await self._submit(sought, NO_BASIS, b""))

    async def _grounds(self, sought: _Sought, reply: Sequence[Any]) -> Grounds:
        """Return the grounds in a reply, under the rulings that held when it was given."""
        grounds = Grounds.of(sought.article, reply)
        held = self._rulings_of(sought.topic)
        if held.version == grounds.rulings:
            return grounds.under(held.ruled, sought.article)
        await self._read_rulings(sought.topic)
        return await self._look(sought)

    async def _submit(self, sought: _Sought, basis: bytes, verdict: bytes) -> Any:  # noqa: ANN401 - 1 or the neighbourhood
        topic, article = sought.topic, sought.article
        if topic not in self._batches:
            self._batches[topic] = Batched(partial(self._submit_all, topic))
        fellows = [(id_, ids_bucket(id_)) for id_ in self._fellows(sought)]
        own = article, ids_bucket(article)
        request = pack((*own, *index_row(sought.under), fellows, raw(basis), raw(verdict)))
        return await self._batches[topic].ask(request)

    async def _submit_all(self, topic: TopicId, requests: Sequence[bytes]) -> Sequence[Any]:
        """Return the script's answers to what several tasks ask of it."""
        replies: Sequence[Any] = await self._run(
            self._place_script,
            topic,
            millis(self._clock.now()),
            span(self._retention.candidates),
            self._retention.changes_most,
            *requests,
        )
        return replies

    def _fellows(self, sought: _Sought) -> Sequence[ArticleId]:
        """Return what operators put together with the article, or are about to."""
        together = self._rulings_of(sought.topic).ruled.fellows(sought.article)
        return sorted((together | sought.fellows) - {sought.article})

    # --- forgetting --------------------------------------------------------------------------

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of stories, index and past events; see `ports.Erasure`."""
        while True:
            tied = await self._tied(topic, article)
            grounds = await self._look(_Sought(topic, article, NO_KEYS, tied))
            gone, now = grounds.neighbourhood.known, self._clock.now()
            if gone is None:
                return False
            left = depart(gone, grounds.neighbourhood, now)
            if await self._leave(topic, gone, grounds, left, now):
                return True

    async def _tied(self, topic: TopicId, article: ArticleId) -> frozenset[ArticleId]:
        """Return whom an article is tied to, however loosely: without it links may end."""
        ties = list(await self.ties(topic, article))[-TIED:]
        return frozenset(id_ for tie in ties for id_ in (tie.one, tie.other))

    async def _leave(
        self, topic: TopicId, gone: LookAlike, grounds: Grounds, left: Regrouping, now: datetime
    ) -> bool:
        """Whether an article left its story and past events; False when something moved since.

        An event that tells of it and is new moved its story.
        """
        farewell = await self._farewell(topic, await self._records(topic, left.ended))
        facts = await self._facts_of(topic, grounds, left)
        if not (farewell.is_whole and _are_shown(left.stories, facts)):
            return False
        telling = await self._telling(topic, gone)
        again = await self._again(topic, telling, left, facts, now)
        packed = packed_departure(
            topic, grounds, left, farewell, again=again, untold=list(telling), facts=facts, now=now
        )
        who = grounds.handles[gone.id], gone.id, ids_bucket(gone.id), farewell.links
        return await self._commit("forget", topic, grounds, packed, *who, also=farewell.versions)

    # --- ruling ------------------------------------------------------------------------------

    async def rule(
        self, topic: TopicId, article: ArticleId, rulings: Sequence[Ruling], regroup: Regroup
    ) -> Regrouping | None:
        """Record rulings and what they make of the article's story; see `ports.Rulings`."""
        named = frozenset(id_ for ruling in rulings for id_ in (ruling.one, ruling.other))
        while True:
            grounds = await self._look(_Sought(topic, article, NO_KEYS, named))
            held, seen, now = self._rulings_of(topic), grounds.neighbourhood, self._clock.now()
            if seen.known is None:
                return None
            late = {ruling.subject: ruling for ruling in (*held.ruled.rulings, *rulings)}
            grounds = grounds.under(Ruled(late.values()), article)
            said = regroup(seen.known, grounds.neighbourhood, now)
            facts = await self._facts_of(topic, grounds, said)
            if not _are_shown(said.stories, facts):
                continue
            packed = packed_ruling(topic, rulings, grounds, said, facts=facts, now=now)
            if await self._commit("rule", topic, grounds, packed):
                return said

    async def _commit(
        self,
        script: str,
        topic: TopicId,
        grounds: Grounds,
        packed: bytes,
        *more: object,
        also: Sequence[Row] = (),
    ) -> bool:
        """Whether a script did what it was told; False when something moved since we looked.

        `also` are versions that must hold besides those of the grounds.
        """
        seen = [(story.id, story.version) for story in grounds.neighbourhood.stories]
        versions, most = pack([*seen, *also]), self._retention.changes_most
        done = await self._run(
            self._script(script), topic, versions, grounds.rulings, packed, most, *more
        )
        return bool(done)

    async def _facts_of(self, topic: TopicId, grounds: Grounds, said: Regrouping) -> Facts:
        """Return what is known of all members of regrouped stories, those out of sight as well."""
        members = {one for story in said.stories for one in story.articles}
        found = await self._facts(topic, [grounds.handles[one] for one in sorted(members)])
        return {fact.id: fact for fact in found.values()}

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        await self._read_rulings(topic)
        return self._rulings_of(topic).ruled.rulings

    def _rulings_of(self, topic: TopicId) -> _Rulings:
        return self._rulings.get(topic, _NO_RULINGS)

    async def _read_rulings(self, topic: TopicId) -> None:
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.get(keys.lasting(topic, "rulings:version"))
            pipe.hvals(keys.lasting(topic, "rulings"))
            version, records = await ask(pipe.execute())
        ruled = Ruled(decode(record, Ruling) for record in records)
        self._rulings[topic] = _Rulings(version or b"", ruled)


def _are_shown(stories: Iterable[Story], facts: Facts) -> bool:
    """Whether the articles that stories are shown by are there; one may be forgotten by now."""
    return all(story.canonical in facts for story in stories)
