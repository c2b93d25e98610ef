"""What a new grouping makes of the stories that were: ids that last, versions, events."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Self

from crawler.dedup.canonical import canonical_of
from crawler.dedup.grouping import Group, central
from crawler.dedup.relation import converse
from crawler.dedup.scene import Scene
from crawler.model import (
    Article,
    ArticleId,
    Change,
    ChangeKind,
    Member,
    Placement,
    Regrouping,
    Relation,
    Story,
    StoryId,
    Tie,
    id_of,
)

_MOST_LINKS = 32  # stories that one story is linked with, the newest

Link = tuple[StoryId, StoryId, Tie]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The groups under their story ids, and what became of the stories that were."""

    scene: Scene
    groups: Mapping[StoryId, Group]
    heirs: Mapping[StoryId, StoryId]  # each touched story that anyone is left of -> its heir

    @classmethod
    def of(cls, scene: Scene, groups: Sequence[Group]) -> Self:
        """Return the groups named: the oldest story's id goes where most of its members go."""
        names: dict[Group, StoryId] = {}
        heirs = {
            story.id: names.setdefault(heir, story.id)
            for story in scene.touched
            if (heir := _heir(story, groups))
        }
        for group in groups:
            names.setdefault(group, _new_id(scene, group))
        return cls(scene, {name: group for group, name in names.items()}, heirs)

    def placement(self) -> Placement:
        """Return the verdict: where the newcomer stands, and all that changes by it."""
        own = self.scene.newcomer.id
        home = self._story_of(own)
        links = self._links_by([*self.scene.learnt, *self._ties_of_parts()])
        stories = self._stories(links)
        relation = next(m.relation for m in stories[home].members if m.article == own)
        left = self._regrouping(links, stories, self._arrival(home, relation))
        return Placement(
            article=own,
            story=home,
            relation=relation,
            ties=tuple(self.scene.learnt),
            stories=left.stories,
            forwards=left.forwards,
            changes=left.changes,
        )

    def regrouping(self) -> Regrouping:
        """Return what changes where nobody arrived, but operators' rulings did."""
        links = self._links_by(self._ties_of_parts())
        return self._regrouping(links, self._stories(links))

    def departure(self) -> Regrouping:
        """Return what changes where one leaves; a story without articles ends."""
        links = self._links_by([*self.scene.learnt, *self._ties_of_parts()])
        ended = tuple(story.id for story in self.scene.touched if story.id not in self.heirs)
        gone = self.scene.newcomer
        forgotten = Change(ChangeKind.FORGOTTEN, self.heirs.get(gone.story, gone.story), gone.id)
        ends = (Change(ChangeKind.EXPIRED, id_) for id_ in ended)
        stories = self._stories(links, self._lost_links())
        left = self._regrouping(links, stories, forgotten, *ends)
        return replace(left, ties=tuple(self.scene.learnt), ended=ended)

    def _regrouping(
        self, links: Sequence[Link], stories: Mapping[StoryId, Story], *first: Change
    ) -> Regrouping:
        """Return what changed, and the events of it after those that come first."""
        changed = tuple(s for s in stories.values() if s != self.scene.stories.get(s.id))
        told = (
            *first, *self._upheavals(), *self._new_canonicals(stories), *_linkings(links),
        )  # fmt: skip
        amended = amendments(told, (story.id for story in changed))
        return Regrouping(stories=changed, forwards=self._forwards(), changes=(*told, *amended))

    # --- stories -----------------------------------------------------------------------------

    def _stories(
        self, links: Iterable[Link], lost: Iterable[tuple[StoryId, StoryId]] = ()
    ) -> dict[StoryId, Story]:
        """Return every story that may have changed, as it is now."""
        stories = {id_: self._story(id_) for id_ in self.groups}
        for one, other, _ in links:
            stories[one] = _linked(stories.get(one) or self.scene.stories[one], other)
        for one, other in lost:
            stories[one] = (stories.get(one) or self.scene.stories[one]).unlinked({other})
        return {id_: self._next_version(story) for id_, story in stories.items()}

    def _story(self, id_: StoryId) -> Story:
        """Return the story with its present members, its version still the old one."""
        sources = [story for story in self.scene.touched if self.heirs.get(story.id) == id_]
        canonical = self._canonical(id_)
        links = dict.fromkeys(self.heirs.get(link, link) for s in sources for link in s.linked)
        return Story(
            id=id_,
            canonical=canonical,
            members=tuple(self._members(id_, canonical, sources)),
            created=min((story.created for story in sources), default=self.scene.now),
            updated=max((story.updated for story in sources), default=self.scene.now),
            version=max((story.version for story in sources), default=0),
            linked=tuple(link for link in links if link != id_),
        )

    def _canonical(self, id_: StoryId) -> ArticleId:
        old = self.scene.stories.get(id_)
        articles, group = self.scene.articles, self.groups[id_]
        if old and self._is_out_of_sight(old.canonical):
            return old.canonical
        if pinned := [one for one in self.scene.ties.ruled.pins if one in group]:
            return pinned[0]
        core = central(group, self.scene.ties) or group
        incumbent = articles[old.canonical] if old and old.canonical in core else None
        return canonical_of((articles[one] for one in core), incumbent, self.scene.ties.rules).id

    def _members(
        self, id_: StoryId, canonical: ArticleId, sources: Sequence[Story]
    ) -> Iterator[Member]:
        """Yield the members by arrival; those whose text is not known any more stay in front."""
        articles = self.scene.articles
        for story in sources:
            yield from (one for one in story.members if self._is_out_of_sight(one.article))
        for one in sorted(self.groups[id_], key=lambda one: (articles[one].arrived, one)):
            yield Member(one, self._standing(one, canonical))

    def _is_out_of_sight(self, one: ArticleId) -> bool:
        """Whether a member is among those too many to be loaded; not so who leaves."""
        return one not in self.scene.articles and one != self.scene.newcomer.id

    def _standing(self, one: ArticleId, canonical: ArticleId) -> Relation:
        if one == canonical:
            return Relation.DIGEST if self.scene.ties.is_digest(one) else Relation.COPY
        if canonical not in self.scene.articles:
            return Relation.PARTIAL
        relation = self.scene.ties.between(one, canonical).relation
        pinned = canonical in self.scene.ties.ruled.pins  # whatever the others hold of it
        return Relation.PARTIAL if pinned and not relation.joins else relation

    def _next_version(self, story: Story) -> Story:
        old = self.scene.stories.get(story.id)
        revised = self.scene.is_revised and self.scene.newcomer.id in self.groups.get(story.id, ())
        if story == old and not revised:
            return story
        moved = revised or old is None or _shown(story) != _shown(old)
        updated = max(story.updated, self.scene.now) if moved else story.updated
        return replace(story, version=story.version + 1, updated=updated)

    # --- events ------------------------------------------------------------------------------

    def _arrival(self, home: StoryId, relation: Relation) -> Change:
        own, known = self.scene.newcomer.id, self.scene.known
        if known and self.heirs[known.story] == home:
            return Change(ChangeKind.REVISED, home, own, relation)
        if self.groups[home] == {own} and home not in self.scene.stories:
            return Change(ChangeKind.CREATED, home, own, relation)
        return Change(ChangeKind.JOINED, home, own, relation)

    def _upheavals(self) -> Iterator[Change]:
        for old, heir in self.heirs.items():
            if old != heir:
                yield Change(ChangeKind.MERGED, heir, other=old)
        yield from dict.fromkeys(self._splits())

    def _splits(self) -> Iterator[Change]:
        """Yield who took articles from which heir; twice where two stories became that one."""
        for old, heir in self.heirs.items():
            for id_, group in self.groups.items():
                if id_ != heir and not group.isdisjoint(self.scene.stories[old].articles):
                    yield Change(ChangeKind.SPLIT, heir, other=id_)

    def _forwards(self) -> tuple[tuple[StoryId, StoryId], ...]:
        return tuple((old, new) for old, new in self.heirs.items() if old != new)

    def _new_canonicals(self, stories: Mapping[StoryId, Story]) -> Iterator[Change]:
        for id_, story in stories.items():
            old = self.scene.stories.get(id_)
            if old and old.canonical != story.canonical:
                yield Change(ChangeKind.CANONICAL_CHANGED, id_, story.canonical)

    # --- links -------------------------------------------------------------------------------

    def _ties_of_parts(self) -> Iterator[Tie]:
        """Yield how those who stand in a story that was none before are tied to all the others."""
        everyone = self.scene.everyone
        for id_, group in self.groups.items():
            if id_ not in self.scene.stories:
                pairs = product(sorted(group), sorted(everyone.keys() - group))
                ties = (self.scene.ties.verified(*pair) for pair in pairs)
                yield from (tie for tie in ties if tie.relation is not Relation.UNRELATED)

    def _links_by(self, ties: Iterable[Tie]) -> list[Link]:
        """Return the pairs of stories, both ways, that ties bring together."""
        links: dict[tuple[StoryId, StoryId], Tie] = {}
        for tie in ties:
            one, other = self._story_of(tie.one), self._story_of(tie.other)
            if one != other and self._is_link(tie):
                links.setdefault((one, other), tie)
                links.setdefault((other, one), converse(tie))
        return [(*pair, tie) for pair, tie in links.items() if not self._is_linked(*pair)]

    def _lost_links(self) -> Iterator[tuple[StoryId, StoryId]]:
        """Yield the pairs of stories, both ways, that only the article which leaves linked."""
        home = self.heirs.get(self.scene.newcomer.story)
        ends = {self._story_of(one) for one in self.scene.bereft if one in self.scene.articles}
        for other in sorted(ends - {home}):
            if home and not self._are_tied(home, other):
                yield from ((home, other), (other, home))

    def _are_tied(self, one: StoryId, other: StoryId) -> bool:
        """Whether any tie links two stories, or might: not all of them may be in sight."""
        pairs = list(product(self._members_now(one), self._members_now(other)))
        if not all(id_ in self.scene.articles for pair in pairs for id_ in pair):
            return True
        ties = (self.scene.ties.verified(*pair) for pair in pairs)
        return any(self._is_link(t) for t in ties if t.relation is not Relation.UNRELATED)

    def _members_now(self, id_: StoryId) -> Collection[ArticleId]:
        before = self.scene.stories.get(id_)
        members = before.articles if before else ()
        hidden = [one for one in members if self._is_out_of_sight(one)]
        return [*self.groups.get(id_, members), *hidden]

    def _is_link(self, tie: Tie) -> bool:
        """Whether a tie links stories; none does that an operator ruled out to join them."""
        ruled_out = tie.relation.joins and self.scene.ties.ruled.apart(tie.one, tie.other)
        return tie.relation is not Relation.TEMPLATE and not ruled_out

    def _is_linked(self, one: StoryId, other: StoryId) -> bool:
        story = self.scene.stories.get(one)
        return story is not None and other in story.linked

    def _story_of(self, article: ArticleId) -> StoryId:
        for id_, group in self.groups.items():
            if article in group:
                return id_
        return self.scene.articles[article].story


def founded(article: Article) -> Placement:
    """Return the verdict on an article that is alone: what `Outcome` says of most, for less."""
    own, now = article.id, article.fetched
    id_ = _first_id(own, now)
    story = Story(id_, own, (Member(own, Relation.COPY),), now, now)
    began = Change(ChangeKind.CREATED, id_, own, Relation.COPY)
    return Placement(own, id_, Relation.COPY, stories=(story,), changes=(began,))


def _heir(story: Story, groups: Sequence[Group]) -> Group | None:
    """Return the group that most of a story's members are in, its canonical's if several are."""
    ids = frozenset(story.articles)
    held = (group for group in groups if group & ids)
    return min(held, key=lambda g: (-len(g & ids), story.canonical not in g, min(g)), default=None)


def _new_id(scene: Scene, group: Group) -> StoryId:
    """Return an id that no story had before.

    A story that begins is named after its first article and when that was fetched; one that
    splits off, after where it was and the version that lost it, which happens once.
    """
    first = min(group, key=lambda one: (scene.articles[one].arrived, one))
    if group == {scene.newcomer.id} and scene.known is None:
        return _first_id(first, scene.now)
    parent = scene.stories[scene.articles[first].story or scene.touched[0].id]
    return StoryId(id_of(f"{first} {parent.id} {parent.version}"))


def _first_id(first: ArticleId, now: datetime) -> StoryId:
    return StoryId(id_of(f"{first} {now.isoformat()}"))


def amendments(told: Iterable[Change], changed: Iterable[StoryId]) -> Iterator[Change]:
    """Yield an event for each story that changed in what no other event tells of it."""
    about = {id_ for change in told for id_ in change.about}
    yield from (Change(ChangeKind.AMENDED, id_) for id_ in changed if id_ not in about)


def _shown(story: Story) -> tuple[object, ...]:
    """Return what of a story counts as a change of it: all but its links."""
    return story.canonical, story.members


def _linked(story: Story, other: StoryId) -> Story:
    """Return the story with a link to another; one that it took over from a third is no second."""
    return replace(story, linked=tuple(dict.fromkeys((*story.linked, other)))[-_MOST_LINKS:])


def _linkings(links: Iterable[Link]) -> Iterator[Change]:
    for one, other, tie in links:
        yield Change(ChangeKind.LINKED, one, tie.one, tie.relation, other)
