"""How the stories of one generation take over the ids of another's, so that no id changes meaning.

Source: docs/decisions/0190-generations.md
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Self

from crawler.dedup.outcome import amendments
from crawler.model import (
    ArticleId,
    Change,
    ChangeKind,
    Story,
    StoryId,
    Succession,
    id_of,
)


def succeed(
    old: Sequence[Story], new: Sequence[Story], taken: Collection[StoryId], now: datetime
) -> Succession:
    """Return the new stories under the ids they have from now on, and what that changes.

    A story's id goes where most of its members went, its canonical's if several took as many.
    Where two ids meet the older stays and the younger forwards to it; a part that went elsewhere
    keeps the id it was built under unless that meant something before. A story that is as it
    was stays as it was, version and all.

    Args:
        old: The stories that are read until now.
        new: Those that take their place, under the ids they were built with.
        taken: Ids that ever stood for one of the old stories, forwarding ones too.
        now: When it happens.
    """
    handover = _Handover.of(old, new, frozenset(taken), now)
    return Succession(
        stories=tuple(handover.stories.values()),
        names=handover.names,
        forwards=tuple(handover.forwards()),
        changes=handover.changes(),
    )


@dataclass(frozen=True)
class _Handover:
    """Old stories, oldest first, and which new one stands for each from now on."""

    old: Sequence[Story]
    new: Mapping[StoryId, Story]
    home: Mapping[ArticleId, StoryId]  # the new story of each article, as it was built
    names: Mapping[StoryId, StoryId]
    now: datetime

    @classmethod
    def of(
        cls, old: Sequence[Story], new: Sequence[Story], taken: frozenset[StoryId], now: datetime
    ) -> Self:
        old = sorted(old, key=lambda story: (story.created, story.id))
        home = {article: story.id for story in new for article in story.articles}
        names: dict[StoryId, StoryId] = {}
        for story in old:
            if heir := _heir(story, home):
                names.setdefault(heir, story.id)
        taken |= {story.id for story in old}
        for story in new:
            names.setdefault(story.id, _own_name(story, taken))
        return cls(old, {story.id: story for story in new}, home, names, now)

    @cached_property
    def heirs(self) -> Mapping[StoryId, StoryId]:
        """Each old story that anything is left of -> the id that stands for it from now on."""
        found = {story.id: _heir(story, self.home) for story in self.old}
        return {id_: self.names[heir] for id_, heir in found.items() if heir}

    @cached_property
    def stories(self) -> Mapping[StoryId, Story]:
        """The new stories by their ids from now on."""
        before = {story.id: story for story in self.old}
        renamed = (self._renamed(story) for story in self.new.values())
        return {story.id: self._dated(story, before.get(story.id)) for story in renamed}

    def _renamed(self, story: Story) -> Story:
        links = dict.fromkeys(self.names.get(link, link) for link in story.linked)
        name = self.names[story.id]
        return replace(story, id=name, linked=tuple(link for link in links if link != name))

    def _dated(self, story: Story, before: Story | None) -> Story:
        """Return the story as it was if nothing about it changed, else as its next version.

        Members that are the same stay as they were shown: which of two equals is the canonical
        one depends on who came first.
        """
        if before is None:
            return replace(story, version=1, updated=self.now)
        if {*story.articles} == {*before.articles}:
            story = replace(before, linked=story.linked)
        if story.members == before.members and set(story.linked) == set(before.linked):
            return before
        version = before.version + 1
        return replace(story, created=before.created, version=version, updated=self.now)

    def forwards(self) -> Iterator[tuple[StoryId, StoryId]]:
        return ((old, heir) for old, heir in self.heirs.items() if old != heir)

    def changes(self) -> tuple[Change, ...]:
        """Return what happened to each old story, the oldest first."""
        told = dict.fromkeys(self._turns_of_all())
        before = {story.id: story for story in self.old}
        changed = (id_ for id_, story in self.stories.items() if story != before.get(id_))
        return (*told, *amendments(told, changed))

    def _turns_of_all(self) -> Iterator[Change]:
        for story in self.old:
            heir = self.heirs.get(story.id)
            if heir is None:
                yield Change(ChangeKind.EXPIRED, story.id)
                continue
            if heir != story.id:
                yield Change(ChangeKind.MERGED, heir, other=story.id)
            for part in self._parts(story):
                yield Change(ChangeKind.SPLIT, heir, other=part)
            if heir == story.id:
                yield from self._turns(story, self.stories[heir])

    def _parts(self, story: Story) -> list[StoryId]:
        """Return the stories that took members of an old one without being its heir."""
        homes = {self.home[one] for one in story.articles if one in self.home}
        return sorted({self.names[home] for home in homes} - {self.heirs[story.id]})

    def _turns(self, before: Story, story: Story) -> Iterator[Change]:
        if story.canonical != before.canonical:
            yield Change(ChangeKind.CANONICAL_CHANGED, story.id, story.canonical)
        for other in story.linked:
            if other not in before.linked:
                yield Change(ChangeKind.LINKED, story.id, other=other)


def _heir(story: Story, home: Mapping[ArticleId, StoryId]) -> StoryId | None:
    """Return the new story that most of an old one's members are in."""
    held = Counter(home[one] for one in story.articles if one in home)
    shown = home.get(story.canonical)
    return min(held, key=lambda one: (-held[one], one != shown, one), default=None)


def _own_name(story: Story, taken: Collection[StoryId]) -> StoryId:
    """Return the id a story was built under, or one that comes of it and stood for none."""
    name = story.id
    while name in taken:
        name = StoryId(id_of(f"{name} anew"))
    return name
