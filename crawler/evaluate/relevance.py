"""How well a topic tells what belongs to it, and languages are told, on labelled headlines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.evaluate.headlines import Headline
from crawler.text.language import language_of
from crawler.text.places import PlaceFinder
from crawler.text.relevance import Judgement, TopicMatcher

UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Judged:
    """A headline and what the topic made of it."""

    headline: Headline
    language: str  # as detected
    judgement: Judgement

    @property
    def is_error(self) -> bool:
        """Whether the topic and the annotator differ."""
        labelled = self.headline.relevant
        return labelled is not None and labelled != self.judgement.relevant


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts against labels."""

    found: int = 0  # relevant and taken
    passed: int = 0  # irrelevant and passed over
    wrong: int = 0  # irrelevant and taken
    missed: int = 0  # relevant and passed over

    @property
    def precision(self) -> float:
        """Share of what was taken that is relevant, 0..1."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of what is relevant that was taken, 0..1."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        both = 2 * self.found + self.wrong + self.missed
        return 2 * self.found / both if both else 0.0


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """How often the language was told right."""

    right: int
    of: int
    confusions: dict[str, int]  # "be>uk" -> how often


def judge_headlines(
    headlines: Iterable[Headline],
    matcher: TopicMatcher,
    finder: PlaceFinder,
    languages: Sequence[str] = (),
) -> list[Judged]:
    """Return what a topic makes of each headline; the language is detected, never looked up."""
    return [_judged(one, matcher, finder, languages) for one in headlines]


def _judged(
    one: Headline, matcher: TopicMatcher, finder: PlaceFinder, languages: Sequence[str]
) -> Judged:
    whole = f"{one.title}\n{one.text}"
    language = language_of(whole, allowed=languages)
    places = finder.find(whole, language)
    return Judged(one, language, matcher.judge(one.title, one.text, places, language=language))


def tallies(judged: Iterable[Judged]) -> dict[str, Tally]:
    """Return the verdicts by labelled language, and of all under `all`."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        if one.headline.relevant is not None:
            for group in ("all", one.headline.language or one.language or UNKNOWN):
                counts[group][_outcome(one.headline.relevant, one.judgement.relevant)] += 1
    return {group: Tally(**counts[group]) for group in sorted(counts)}


def _outcome(relevant: bool, taken: bool) -> str:
    if relevant:
        return "found" if taken else "missed"
    return "wrong" if taken else "passed"


def tell_languages(headlines: Iterable[Headline], allowed: Sequence[str] = ()) -> LanguageReport:
    """Return how well the languages of labelled headlines are told from the headline alone."""
    labelled = [one for one in headlines if one.language]
    told = [(one.language, language_of(one.title, allowed=allowed)) for one in labelled]
    wrong = Counter(f"{truth}>{found}" for truth, found in told if truth != found)
    return LanguageReport(len(told) - wrong.total(), len(told), dict(wrong.most_common()))
