"""How well duplicates are recognised, measured on labelled pairs by the production path.

Articles are placed one by one, as a crawl would place them; then every labelled pair is judged,
also one that was never nominated.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.dedup.relation import at_home, converse, relate
from crawler.dedup.rules import RULES, Rules
from crawler.evaluate.labels import LabelledPair, Sample, told_once
from crawler.model import (
    Article,
    ArticleId,
    Dating,
    LookAlike,
    Neighbourhood,
    OutletId,
    Placement,
    Recipe,
    Relation,
    Story,
    Tie,
    TopicId,
    id_of,
)
from crawler.placing import Place, fingerprint_of
from crawler.ports import Decide
from crawler.store.memory.stories import MemoryStories
from crawler.text.credit import credits_of

FOUND = (
    Relation.COPY,
    Relation.REVISION,
    Relation.EXCERPT,
    Relation.EXPANSION,
    Relation.DIGEST,
)
"""Relations that answer to the labels sought: a text embedded in a digest is an excerpt too."""

ALARM = 40  # members: a larger story is looked at

_TOPIC = TopicId("evaluation")
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
_EVER = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A labelled pair with what became of it."""

    labelled: LabelledPair
    tie: Tie  # from the pair's first article to its second
    nominated: bool
    same_story: bool
    same_outlet: bool

    @property
    def found(self) -> bool:
        """Whether the pair was judged to be one text, whole, cut or embedded."""
        return self.tie.relation in FOUND

    @property
    def right(self) -> bool:
        """Whether that is what the label says."""
        return self.found == self.labelled.label.is_sought

    @property
    def doubt(self) -> float:
        """How much the pair shares: the greater of the two containments, 0..1."""
        return max(self.tie.one_in_other, self.tie.other_in_one)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of right and wrong, and what is made of them."""

    found: int  # positives that were found
    wrong: int  # negatives that were taken for positives
    missed: int

    @classmethod
    def of(cls, verdicts: Iterable[tuple[bool, bool]]) -> "Figures":
        """Return the figures of (label says so, we say so)."""
        counts = Counter(verdicts)
        return cls(counts[True, True], counts[False, True], counts[True, False])

    @property
    def measured(self) -> bool:
        """Whether there was anything to find or to mistake."""
        return self.found + self.wrong + self.missed > 0

    @property
    def precision(self) -> float:
        """Right ones among those taken for positives; 1 when there are none."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Those found among the positives; 1 when there are none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = 2 * self.found + self.wrong + self.missed
        return 2 * self.found / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything a run brought out."""

    pairs: Sequence[JudgedPair]
    stories: Sequence[Story]
    articles: Mapping[ArticleId, LookAlike]
    missing: Sequence[LabelledPair]  # label an article that is not there
    unread: Sequence[str] = ()  # times that could not be read
    repeated: Sequence[LabelledPair] = ()  # label a pair that was labelled before, or no pair
    revisions: int = 0  # articles whose address came before
    rules: Rules = RULES
    texts: Mapping[ArticleId, str] = field(repr=False, default_factory=dict)

    def by_relation(self) -> dict[str, Figures]:
        """Return the figures of the judged relations, for all pairs and the usual subsets."""
        return self._figures(lambda pair: pair.found)

    def by_story(self) -> dict[str, Figures]:
        """Return the figures of standing in one story, or being held by a digest linked to it."""
        return self._figures(lambda pair: pair.same_story or pair.tie.relation is Relation.DIGEST)

    def same_story(self) -> Figures:
        """Return the figures of standing in one story, strictly; a digest is to stand apart."""
        return Figures.of((p.labelled.label.is_one_text, p.same_story) for p in self.pairs)

    def confusion(self) -> dict[str, dict[str, int]]:
        """Return how many pairs of each label were judged each relation."""
        rows: dict[str, Counter[str]] = {}
        for pair in self.pairs:
            counts = rows.setdefault(str(pair.labelled.label), Counter())
            counts[str(pair.tie.relation)] += 1
        return {label: dict(counts.most_common()) for label, counts in sorted(rows.items())}

    def sizes(self) -> dict[int, int]:
        """Return how many stories there are of each size."""
        return dict(sorted(Counter(len(story.members) for story in self.stories).items()))

    def alarming(self, rules: Rules = RULES) -> list[tuple[Story, int]]:
        """Return stories over `ALARM`, each with how many members do not hold its text."""
        large = [story for story in self.stories if len(story.members) > ALARM]
        return [(story, self._strangers(story, rules)) for story in large]

    def mistakes(self) -> list[JudgedPair]:
        """Return the pairs judged wrongly, sure labels and the plainest first."""
        wrong = [pair for pair in self.pairs if not pair.right]
        return sorted(wrong, key=lambda pair: (not pair.labelled.sure, -abs(pair.doubt - 0.5)))

    def _figures(self, says: Callable[[JudgedPair], bool]) -> dict[str, Figures]:
        return {
            name: Figures.of(
                (pair.labelled.label.is_sought, says(pair)) for pair in self.pairs if within(pair)
            )
            for name, within in SUBSETS.items()
        }

    def _strangers(self, story: Story, rules: Rules) -> int:
        canonical = self.articles[story.canonical]
        ties = (relate(self.articles[m.article], canonical, rules) for m in story.members)
        return sum(max(tie.one_in_other, tie.other_in_one) < rules.mutual for tie in ties)


SUBSETS: Mapping[str, Callable[[JudgedPair], bool]] = {
    "all": lambda _: True,
    "all sure": lambda pair: pair.labelled.sure,
    "cross-outlet": lambda pair: not pair.same_outlet,
    "cross-outlet sure": lambda pair: not pair.same_outlet and pair.labelled.sure,
    "same-outlet": lambda pair: pair.same_outlet,
    "same-outlet sure": lambda pair: pair.same_outlet and pair.labelled.sure,
}


async def evaluate(
    samples: Iterable[Sample],
    labelled: Sequence[LabelledPair],
    *,
    recipe: Recipe | None = None,
    rules: Rules = RULES,
) -> Evaluation:
    """Place the articles in order and judge the labelled pairs."""
    recipe = recipe or Recipe()
    stories = _WatchedStories(recipe)
    place = Place(stories, rules)
    texts: dict[ArticleId, str] = {}
    unread: list[str] = []
    placed = 0
    for sample in samples:
        article = prepared(sample, placed, recipe)
        texts[article.id] = article.text
        unread += [sample.unread] if sample.unread else []
        await place(_TOPIC, article)
        placed += 1
        await asyncio.sleep(0)  # the stores in memory never wait, so an interrupt is heard here
    articles = dict(await stories.articles(_TOPIC, list(texts)))
    once, repeated = told_once(labelled)
    known, missing = _parted(once, articles)
    judged = [await _judged(pair, stories, articles, place) for pair in known]
    return Evaluation(
        pairs=judged,
        stories=await stories.newest(_TOPIC, max(1, len(texts))),
        articles=articles,
        missing=missing,
        unread=unread,
        repeated=repeated,
        revisions=placed - len(texts),
        rules=rules,
        texts=texts,
    )


def _parted(
    labelled: Iterable[LabelledPair], articles: Container[ArticleId]
) -> tuple[list[LabelledPair], list[LabelledPair]]:
    """Return the pairs of which both articles are there, and the others."""
    known: list[LabelledPair] = []
    missing: list[LabelledPair] = []
    for pair in labelled:
        is_known = _id(pair.one) in articles and _id(pair.other) in articles
        (known if is_known else missing).append(pair)
    return known, missing


def prepared(sample: Sample, number: int, recipe: Recipe) -> Article:
    """Return the article as a crawl would hand it over, the `number`th to arrive."""
    return Article(
        id=_id(sample.url),
        url=sample.url,
        outlet=OutletId(sample.outlet),
        title=sample.title,
        text=sample.text,
        fetched=_BEGIN + timedelta(seconds=number),
        fingerprint=fingerprint_of(sample.text, recipe),
        published=sample.published,
        credits=credits_of(sample.text),
        outlet_name=sample.outlet,
        dating=Dating(precision=sample.precision),
    )


def swept(evaluation: Evaluation, candidates: Iterable[Rules]) -> list[tuple[Rules, Figures]]:
    """Return the figures that other rules would have given on the labelled pairs.

    The two texts of a pair are judged again, the placing is not repeated: where they alone are
    judged alike by both rules, what was found with all others around stands. So the rules that
    were in force give the figures of `by_relation`.
    """
    shipped = [_is_found(pair, evaluation, evaluation.rules) for pair in evaluation.pairs]
    found = list(zip(evaluation.pairs, shipped, strict=True))
    return [
        (rules, Figures.of(_again(pair, was, evaluation, rules) for pair, was in found))
        for rules in candidates
    ]


def _again(
    pair: JudgedPair, was_found: bool, evaluation: Evaluation, rules: Rules
) -> tuple[bool, bool]:
    is_found = _is_found(pair, evaluation, rules)
    return pair.labelled.label.is_sought, pair.found if is_found == was_found else is_found


def _is_found(pair: JudgedPair, evaluation: Evaluation, rules: Rules) -> bool:
    """Whether rules find a pair by its two texts alone."""
    one, other = (evaluation.articles[_id(url)] for url in (pair.labelled.one, pair.labelled.other))
    return relate(one, other, rules).relation in FOUND


class _WatchedStories(MemoryStories):
    """Stories of which every article is always a candidate, and that remember who was nominated."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(_Beginning(), recipe, candidate_window=_EVER, story_window=_EVER)
        self.nominated: set[frozenset[ArticleId]] = set()

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        def noted(article: Article, around: Neighbourhood) -> Placement:
            self.nominated.update(frozenset((article.id, other)) for other in around.nominated)
            return decide(article, around)

        return await super().place(topic, article, noted)


class _Beginning:
    """A clock that stands still: nothing expires."""

    def now(self) -> datetime:
        return _BEGIN


async def _judged(
    pair: LabelledPair,
    stories: _WatchedStories,
    articles: Mapping[ArticleId, LookAlike],
    place: Place,
) -> JudgedPair:
    one, other = articles[_id(pair.one)], articles[_id(pair.other)]
    both = frozenset((one.id, other.id))
    stored = {frozenset((tie.one, tie.other)): tie for tie in await stories.ties(_TOPIC, one.id)}
    tie = stored.get(both) or place.tie(_TOPIC, one, other)
    return JudgedPair(
        labelled=pair,
        tie=tie if tie.one == one.id else converse(tie),
        nominated=both in stories.nominated,
        same_story=one.story == other.story,
        same_outlet=at_home(one, other),
    )


def _id(url: str) -> ArticleId:
    return ArticleId(id_of(url))
