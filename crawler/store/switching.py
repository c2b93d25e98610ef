"""A generation that was built takes the place of the one that is read, in one step.

Nobody writes meanwhile: a hold, which ends by itself, makes writers wait while both generations
are read and compared. Until the last script nothing has changed, and with it everything has.

Source: docs/decisions/0190-generations.md
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import uuid4

from crawler.errors import ConfigError, StoreError
from crawler.model import ArticleId, Story, StoryId, Succession, TopicId
from crawler.ports import Succeed
from crawler.store import keys
from crawler.store.records import span
from crawler.store.story_records import Handle, StoryRecord, listed_under, pack
from crawler.store.story_shelf import StoryShelf, ask
from crawler.store.story_verdict import Facts, Row, event_row, story_row

HOLD = timedelta(minutes=2)  # writers wait as long at most, whatever becomes of the switch
AT_ONCE = 1_000  # stories read in one trip


@dataclass(frozen=True)
class Inventory:
    """Every story of a generation, as it stands."""

    records: Mapping[StoryId, StoryRecord]
    aliases: Mapping[StoryId, StoryId]  # forwarding id -> the story that stands for it
    listings: frozenset[str]  # names of the `by:` lists that any story stands in

    @property
    def stories(self) -> Sequence[Story]:
        """The stories; links lead to them, not to what forwards to them."""
        return [self._direct(record.story) for record in self.records.values()]

    @cached_property
    def handles(self) -> Mapping[ArticleId, Handle]:
        """Every article with its handle."""
        return {
            member.article: handle
            for story, handles in self.records.values()
            for member, handle in zip(story.members, handles, strict=True)
        }

    def _direct(self, story: Story) -> Story:
        linked = dict.fromkeys(self.aliases.get(link, link) for link in story.linked)
        return replace(story, linked=tuple(linked))


class StorySwitch(StoryShelf):
    """A generation as whoever lets it succeed another works with it."""

    async def switch(self, topic: TopicId, old: "StorySwitch", succeed: Succeed) -> Succession:
        """Take the place of `old` with what `succeed` makes of both; tell what changed.

        Raises:
            ConfigError: Articles are here or there only, or somebody else is switching.
            StoreError: It took longer than the hold; nothing has changed.
        """
        token = uuid4().hex
        held = keys.lasting(topic, "held")
        if not await ask(self._client.set(held, token, nx=True, px=span(HOLD))):
            raise ConfigError(f"{topic} is being switched already", "wait for two minutes at most")
        try:
            return await self._switched(topic, old, succeed, token)
        finally:
            if await ask(self._client.get(held)) == token.encode():
                await ask(self._client.delete(held))

    async def inventory(self, topic: TopicId) -> Inventory:
        """Return every story with its aliases."""
        listed = await ask(self._client.zrange(self._public(topic, "stories"), 0, -1))
        ids = [StoryId(id_.decode()) for id_ in listed]
        steps = [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
        records = {id_: r for step in steps for id_, r in (await self._raw(topic, step)).items()}
        forwarding = [await self._sets(topic, "aliases", step) for step in steps]
        found = zip(ids, (aliases for step in forwarding for aliases in step), strict=True)
        return Inventory(
            records={id_: StoryRecord.unpacked(id_, record) for id_, record in records.items()},
            aliases={alias: id_ for id_, aliases in found for alias in aliases},
            listings=frozenset(f"by:{n}" for r in records.values() for n in listed_under(r)),
        )

    async def _raw(self, topic: TopicId, ids: Sequence[StoryId]) -> dict[StoryId, bytes]:
        records = zip(ids, await self._read(topic, "story", ids), strict=True)
        return {id_: record for id_, record in records if record}

    async def _switched(
        self, topic: TopicId, old: "StorySwitch", succeed: Succeed, token: str
    ) -> Succession:
        before, built = await old.inventory(topic), await self.inventory(topic)
        lacking = list(before.handles.keys() - built.handles.keys())
        differ = {*(built.handles.keys() - before.handles.keys()), *await old.texts(topic, lacking)}
        if differ:  # an article without a text cannot be built anew, and is left behind
            raise ConfigError(
                f"{len(differ)} articles of {topic} are in one of the two generations only",
                "run `kordon index build` to its end, then switch",
            )
        now = self._clock.now()
        said = succeed(before.stories, built.stories, before.aliases.keys(), now)
        plan = _Plan(topic, before, built, said, now)
        facts = await self._facts(topic, plan.handles)
        done = await self._run(
            self._script("switch"),
            topic,
            token,
            keys.public(topic, ""),
            self.edition.id,
            plan.packed({fact.id: fact for fact in facts.values()}),
            self._retention.changes_most,
        )
        if not done:
            raise StoreError(
                "the switch took too long, or its build was given up; nothing changed, try again"
            )
        return said


@dataclass(frozen=True)
class _Plan:
    """What the script is to do."""

    topic: TopicId
    before: Inventory
    built: Inventory
    said: Succession
    now: datetime

    @property
    def handles(self) -> Sequence[Handle]:
        """The articles whose facts it takes."""
        handles = self.built.handles
        return [handles[m.article] for story in self._rewritten for m in story.members]

    def packed(self, facts: Facts) -> bytes:
        forwards = self._forwards
        standing = {story.id for story in self.said.stories}
        ended = {*self.built.records, *self.built.aliases} - standing
        moved = {alias for alias, _ in forwards}
        gone = {*self.before.records, *self.before.aliases} - standing - moved
        public = [f"story:{id_}" for id_ in (*self._changed, *moved)]
        listings = self.built.listings
        return pack(
            (
                sorted(ended),
                [self._row(story, facts) for story in self._rewritten],
                forwards,
                ["stories", *sorted(listings), *public],
                [*sorted(self.before.listings - listings), *(f"story:{one}" for one in gone)],
                list(self._events(facts)),
            )
        )

    @cached_property
    def _rewritten(self) -> list[Story]:
        """Stories that differ from how they were built, be it in their id or version."""
        records = self.built.records
        built = {id_: record.story for id_, record in records.items()}
        return [story for story in self.said.stories if story != built.get(story.id)]

    @property
    def _changed(self) -> list[StoryId]:
        """Stories that readers shall see changed."""
        before = {id_: record.story for id_, record in self.before.records.items()}
        return [one.id for one in self.said.stories if one.version != _version(before.get(one.id))]

    @property
    def _forwards(self) -> list[tuple[StoryId, StoryId]]:
        """Every id that ever stood for a story and does no more, with what stands for it now."""
        heirs = dict(self.said.forwards)
        standing = {story.id for story in self.said.stories}
        aliases = {a: heirs.get(target, target) for a, target in self.before.aliases.items()}
        return [(a, target) for a, target in (aliases | heirs).items() if target in standing]

    def _row(self, story: Story, facts: Facts) -> Row:
        handles = self.built.handles
        return story_row(self.topic, story, [handles[m.article] for m in story.members], facts)

    def _events(self, facts: Facts) -> Iterator[Row]:
        stories = {story.id: story for story in self.said.stories}
        for change in self.said.changes:
            yield event_row(self.topic, change, stories.get(change.story), facts, self.now)


def _version(story: Story | None) -> int:
    return story.version if story else 0
