"""How what a crawl found compares with what the world's author wrote."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crawler.demo.world import Bond, Truth
from crawler.model import Relation, SkipReason


@dataclass(frozen=True, slots=True)
class Findings:
    """What a crawl made of the world, by address."""

    stories: Mapping[str, str]  # article -> the story it stands in
    relations: Mapping[tuple[str, str], Relation]  # (one, other): one is a <relation> of the other
    skips: Mapping[str, str]  # entry -> why it gave no article
    revised: frozenset[str] = frozenset()  # addresses of which a later text was read


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared, and every difference as a sentence."""

    articles: int
    relations: int
    skips: int
    revisions: int
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything was found as it was written."""
        return not self.differences

    @property
    def sentence(self) -> str:
        """The verdict in one line."""
        if self.differences:
            return f"{len(self.differences)} differences"
        revisions = f", {self.revisions} revisions read" if self.revisions else ""
        return (
            f"all {self.articles} articles grouped as written, {self.relations} relations "
            f"and {self.skips} skips as meant{revisions}"
        )


def judged(truth: Truth, found: Findings) -> Verdict:
    """Return the verdict on a crawl that has ended."""
    bonds = [bond for bond in truth.bonds if _can_be_seen(bond, truth)]
    differences = (
        *_grouping(truth, found),
        *_relations(bonds, found),
        *_skips(truth, found),
        *_revisions(truth, found),
    )
    articles = sum(len(story) for story in truth.stories.values())
    return Verdict(articles, len(bonds), len(truth.skips), len(truth.revised), differences)


def _can_be_seen(bond: Bond, truth: Truth) -> bool:
    """Whether both texts stand in the store at once; a revision takes its forerunner's place."""
    kept = bond.one != bond.other and bond.one not in truth.skips
    return kept and bond.relation is not Relation.UNRELATED


def _grouping(truth: Truth, found: Findings) -> Iterator[str]:
    written = {url: key for key, story in truth.stories.items() for url in story}
    for url in sorted(written.keys() - found.stories.keys()):
        yield f"no article: {url} ({found.skips.get(url, 'not fetched')})"
    for url in sorted(found.stories.keys() - written.keys()):
        yield f"an article, but {truth.skips.get(url, 'not of this world')}: {url}"
    both = written.keys() & found.stories.keys()
    for key, parts in _several((written[url], found.stories[url]) for url in both):
        yield f"{key} is in {parts} stories"
    for story, parts in _several((found.stories[url], written[url]) for url in both):
        yield f"story {story} holds {parts} happenings"


def _several(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    """Yield every first that goes with several seconds, and with how many."""
    partners: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        partners[one].add(other)
    return ((one, len(others)) for one, others in sorted(partners.items()) if len(others) > 1)


def _relations(bonds: Iterable[Bond], found: Findings) -> Iterator[str]:
    for bond in bonds:
        seen = found.relations.get((bond.one, bond.other), Relation.UNRELATED)
        if seen is not bond.relation:
            yield f"{bond.relation} found as {seen}: {bond.one} of {bond.other}"


def _revisions(truth: Truth, found: Findings) -> Iterator[str]:
    for url in sorted(truth.revised - found.revised):
        yield f"revision not read: {url}"
    for url in sorted(found.revised - truth.revised):
        yield f"revised, but nobody wrote that: {url}"


def _skips(truth: Truth, found: Findings) -> Iterator[str]:
    """A short link and its article are one: whichever comes second is passed over."""
    for url, reason in sorted(truth.skips.items()):
        seen = found.skips.get(url, "not skipped")
        if reason is not SkipReason.SAME_ARTICLE and seen != reason and url not in found.stories:
            yield f"{reason} found as {seen}: {url}"
