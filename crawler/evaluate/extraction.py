"""How much of what stands on labelled pages is read, and how much that does not stand there."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean
from unicodedata import category

from crawler.evaluate.gold import GoldPage
from crawler.extract.article import main_text
from crawler.extract.consent import stand_in
from crawler.extract.document import parse
from crawler.extract.metadata import Metadata, read_metadata
from crawler.text.language import language_of

_WORD = re.compile(r"\w+")
_SHINGLE_WORDS = 4
_A_MINUTE = timedelta(minutes=1)
_A_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)  # zones differ by whole quarters of an hour
_FARTHEST_ZONE = timedelta(hours=14)
_NEAR_TITLE = 0.8  # share of words two titles of one article have in common


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a page."""

    title: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    body: str = ""
    stand_in: str = ""  # what the page was taken for instead of an article


@dataclass(frozen=True, slots=True)
class Match:
    """Precision, recall and their harmonic mean, each 0..1."""

    precision: float
    recall: float
    f1: float
    labelled: int = field(default=1, compare=False)  # how much there was to find
    read: int = field(default=1, compare=False)  # how much was told


@dataclass(frozen=True, slots=True)
class PageScore:
    """How well one page was read."""

    name: str
    language: str
    body: Match  # over words, whatever their order
    shingles: Match  # over runs of four words, as the article-extraction-benchmark counts
    title: str  # "exact", "near", "wrong", "missing", or empty when not labelled
    published: str  # "minute", "day", "wrong", "missing", or empty
    authors: float | None  # F1
    milliseconds: float
    stand_in: str


@dataclass(frozen=True, slots=True)
class Report:
    """The means over a set of pages."""

    pages: int
    body: Match
    shingles: Match
    languages: dict[str, Match]
    title: dict[str, int]
    published: dict[str, int]
    authors_f1: float | None
    milliseconds: float
    stand_ins: dict[str, int] = field(default_factory=dict)


def read_page(page: GoldPage) -> Reading:
    """Return what Kordon reads from a page."""
    tree = parse(page.html)
    if tree is None:
        return Reading()
    meta = read_metadata(tree, page.url)
    body = main_text(tree, meta)
    found = stand_in(tree, meta.title, body, paywalled=meta.paywalled)
    return _reading(meta, body, str(found[0]) if found else "")


def _reading(meta: Metadata, body: str, taken_for: str) -> Reading:
    published = meta.published.at if meta.published else None
    return Reading(meta.title, published, meta.authors, body, taken_for)


def evaluate(
    pages: Iterable[GoldPage], read: Callable[[GoldPage], Reading] = read_page
) -> list[tuple[PageScore, Reading]]:
    """Return each page's score and what was read from it."""
    return [_measured(page, read) for page in pages]


def _measured(page: GoldPage, read: Callable[[GoldPage], Reading]) -> tuple[PageScore, Reading]:
    begun = time.perf_counter()
    reading = read(page)
    milliseconds = 1000 * (time.perf_counter() - begun)
    return score(page, reading, milliseconds), reading


def score(page: GoldPage, reading: Reading, milliseconds: float = 0.0) -> PageScore:
    """Return how well a page was read."""
    return PageScore(
        name=page.name,
        language=language_of(page.body),
        body=match(_bag(page.body), _bag(reading.body)),
        shingles=match(shingles(page.body), shingles(reading.body)),
        title=_title(page.title, reading.title),
        published=_published(page.published, reading.published),
        authors=_authors(page.authors, reading.authors),
        milliseconds=milliseconds,
        stand_in=reading.stand_in,
    )


def report(scores: Sequence[PageScore]) -> Report:
    """Return the means over some pages.

    Raises:
        ValueError: There are none.
    """
    by_language: dict[str, list[Match]] = defaultdict(list)
    for one in scores:
        by_language[one.language].append(one.body)
    authors = [one.authors for one in scores if one.authors is not None]
    return Report(
        pages=len(scores),
        body=_means([one.body for one in scores]),
        shingles=_benchmark_means([one.shingles for one in scores]),
        languages={code: _means(found) for code, found in sorted(by_language.items())},
        title=_counts(one.title for one in scores),
        published=_counts(one.published for one in scores),
        authors_f1=mean(authors) if authors else None,
        milliseconds=mean(one.milliseconds for one in scores),
        stand_ins=_counts(one.stand_in for one in scores),
    )


def match(truth: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]) -> Match:
    """Return how two bags agree; two empty ones agree."""
    both = sum((truth & found).values())
    there, told = sum(truth.values()), sum(found.values())
    if not there and not told:
        return Match(1.0, 1.0, 1.0, 0, 0)
    precision, recall = (both / told if told else 0.0), (both / there if there else 0.0)
    return Match(precision, recall, _harmonic(precision, recall), there, told)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return the runs of four words, a shorter text being one; case counts.

    Source: scrapinghub/article-extraction-benchmark, evaluate.py
    """
    words = _WORD.findall(text)
    starts = range(max(1, len(words) - _SHINGLE_WORDS + 1)) if words else ()
    return Counter(tuple(words[start : start + _SHINGLE_WORDS]) for start in starts)


def _bag(text: str) -> Counter[tuple[str, ...]]:
    return Counter((word,) for word in _WORD.findall(text.lower()))


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def _means(found: Sequence[Match]) -> Match:
    return Match(
        mean(one.precision for one in found),
        mean(one.recall for one in found),
        mean(one.f1 for one in found),
    )


def _benchmark_means(found: Sequence[Match]) -> Match:
    """Return means whose F1 is that of the mean precision and recall, as the benchmark's is.

    Precision is the mean over pages of which anything was read, recall over those that hold text.

    Source: scrapinghub/article-extraction-benchmark, evaluate.py, `metrics_from_tp_fp_fns`
    """
    precision = _mean(one.precision for one in found if one.read)
    recall = _mean(one.recall for one in found if one.labelled)
    return Match(precision, recall, _harmonic(precision, recall))


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return mean(known) if known else 0.0


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(filter(None, values)).items()))


def _title(truth: str | None, found: str) -> str:
    if truth is None:
        return ""
    if not found:
        return "missing"
    if _seen(truth) == _seen(found):
        return "exact"
    return "near" if match(_bag(truth), _bag(found)).f1 >= _NEAR_TITLE else "wrong"


def _seen(title: str) -> str:
    """Return what a reader sees of a title: no invisible characters, one kind of space."""
    return " ".join("".join(one for one in title if category(one) != "Cf").split())


def _published(truth: str | None, found: datetime | None) -> str:
    if not truth:
        return ""
    if found is None:
        return "missing"
    labelled = datetime.fromisoformat(truth)
    if labelled.tzinfo is None:
        return _published_locally(labelled, found)
    apart = abs(labelled - found)
    if apart <= _A_MINUTE:
        return "minute"
    return "day" if labelled.date() == found.astimezone(labelled.tzinfo).date() else "wrong"


def _published_locally(labelled: datetime, found: datetime) -> str:
    """Judge a label without a zone: the same clock somewhere; a bare day names all its minutes."""
    late = found - labelled.replace(tzinfo=UTC)
    if not (labelled.hour or labelled.minute or labelled.second):
        return "minute" if -_FARTHEST_ZONE <= late < _A_DAY + _FARTHEST_ZONE else "wrong"
    off = min(late % _QUARTER, -late % _QUARTER)
    if abs(late) <= _FARTHEST_ZONE:
        return "minute" if off <= _A_MINUTE else "day"
    return "wrong"


def _authors(truth: tuple[str, ...] | None, found: tuple[str, ...]) -> float | None:
    if truth is None:
        return None
    return match(_names(truth), _names(found)).f1


def _names(names: Iterable[str]) -> Counter[tuple[str, ...]]:
    return Counter({tuple(_WORD.findall(name.lower())): 1 for name in names})


def as_row(scored: PageScore, reading: Reading) -> dict[str, object]:
    """Return one page's line of `--out`: what was read, and how well."""
    published = reading.published.isoformat() if reading.published else None
    return {
        "file": scored.name,
        "title": reading.title,
        "published": published,
        "authors": list(reading.authors),
        "body": reading.body,
        "stand_in": reading.stand_in,
        "score": asdict(scored),
    }
