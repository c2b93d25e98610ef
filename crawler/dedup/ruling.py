"""What operators decided about articles, in the form that judging asks for.

Source: docs/decisions/0162-rulings.md
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from crawler.model import ArticleId, Ruling, RulingKind, id_of

Class = frozenset[ArticleId]


@dataclass(frozen=True, slots=True)
class Decree:
    """Rulings of one kind that one verb made."""

    kind: RulingKind
    who: str
    why: str
    at: datetime
    rulings: tuple[Ruling, ...]

    @property
    def id(self) -> str:
        """What names the verb; what it took back besides has the same id."""
        return decree_id(self.rulings[0])


def decrees_of(rulings: Iterable[Ruling]) -> list[Decree]:
    """Return rulings as the verbs that made them, the newest first."""
    order = sorted(rulings, key=lambda one: (one.at, one.kind, one.who, one.why), reverse=True)
    groups = groupby(order, key=lambda one: (one.kind, one.who, one.why, one.at))
    return [Decree(*said, rulings=tuple(some)) for said, some in groups]


def decree_id(ruling: Ruling) -> str:
    """Return the id of the verb that made a ruling."""
    return id_of(f"{ruling.at.isoformat()} {ruling.who} {ruling.why}")


class Ruled:
    """The rulings on some articles; those put together form classes, each one text by decree."""

    def __init__(self, rulings: Iterable[Ruling] = ()) -> None:
        """What these rulings say; a pair ruled apart is apart, whatever else was said."""
        found = sorted(rulings, key=lambda ruling: (ruling.at, ruling.subject), reverse=True)
        pairs = {kind: [{r.one, r.other} for r in found if r.kind is kind] for kind in RulingKind}
        classes = _connected(pairs[RulingKind.TOGETHER])
        self._apart = frozenset(map(frozenset, pairs[RulingKind.APART]))
        self._class_of = {one: group for group in classes for one in group}
        sides = (frozenset(map(self.fellows, pair)) for pair in self._apart)
        self._parted = frozenset(pair for pair in sides if len(pair) > 1)
        self.pins = tuple(r.one for r in found if r.kind is RulingKind.PINNED)  # the newest first
        self.rulings = tuple(found)  # the newest first

    def about(self, ones: Iterable[ArticleId]) -> tuple[Ruling, ...]:
        """Return the rulings on any of some articles, or on any that was put together with one."""
        sight = frozenset[ArticleId]().union(*map(self.fellows, ones))
        return tuple(one for one in self.rulings if {one.one, one.other} & sight)

    def __bool__(self) -> bool:
        """Whether anything was ruled about pairs."""
        return bool(self._apart or self._class_of)

    def apart(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether the two may never share a story: who is apart from a fellow is so from all."""
        if not self._apart:
            return False
        sides = frozenset((self.fellows(one), self.fellows(other)))
        return frozenset((one, other)) in self._apart or sides in self._parted

    def fellows(self, one: ArticleId) -> Class:
        """Return all that was put together with an article, and the article itself."""
        return self._class_of.get(one, frozenset([one]))


def parted(
    rulings: Iterable[Ruling], ones: Collection[ArticleId], others: Collection[ArticleId]
) -> Sequence[Ruling]:
    """Return the rulings that keep any of some articles apart from any of the others."""
    apart = (ruling for ruling in rulings if ruling.kind is RulingKind.APART)
    return [ruling for ruling in apart if _is_between(ruling, ones, others)]


def bound(
    rulings: Iterable[Ruling], ones: Collection[ArticleId], others: Collection[ArticleId]
) -> Sequence[Ruling]:
    """Return the rulings by which some articles were put together with the others.

    Be it by way of an article that is gone by now.
    """
    together = [ruling for ruling in rulings if ruling.kind is RulingKind.TOGETHER]
    elsewhere = Ruled(r for r in together if r.one not in ones and r.other not in ones)
    theirs = frozenset[ArticleId]().union(*map(elsewhere.fellows, others))
    return [ruling for ruling in together if _is_between(ruling, ones, theirs)]


def _is_between(ruling: Ruling, ones: Collection[ArticleId], others: Collection[ArticleId]) -> bool:
    one, other = ruling.one, ruling.other
    return (one in ones and other in others) or (other in ones and one in others)


def _connected(pairs: Iterable[set[ArticleId]]) -> list[Class]:
    groups: list[set[ArticleId]] = []
    for pair in pairs:
        touching = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair]
        groups.append(pair.union(*touching))
    return [frozenset(group) for group in groups]
