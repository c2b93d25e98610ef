"""How well duplicates are found: bench/quality/dedup.py prints one JSON object.

    .venv/bin/python -m bench.quality.dedup [ARTICLES PAIRS]

Judges labelled pairs by the production path and by three baselines in the same call. Without
arguments: the corpora of the tests, the recorded news where it lies beside the checkout, and UA-GEC
where that is installed (`pip install ua-gec`, 36 MB): an essay and its correction are one text, any
two essays are not.
"""

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Any

from datasketch import MinHash

from crawler.dedup.relation import relate
from crawler.dedup.rules import RULES, Rules
from crawler.evaluate.dedup import FOUND, SUBSETS, Evaluation, Figures, JudgedPair, evaluate
from crawler.evaluate.labels import Label, LabelledPair, Sample, read_pairs, read_samples
from crawler.model import ArticleId, id_of

HERE = Path(__file__).resolve().parents[2]
OWN = HERE / "tests" / "golden" / "dedup"
RECORDED = HERE.parent / "shared" / "corpora"

Says = Callable[[str, str], bool]


# --- baselines -------------------------------------------------------------------------------


def raw_shingles(text: str) -> frozenset[str]:
    """Runs of three words as most tutorials cut them: lower case, nothing else."""
    read = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(read[at : at + 3]) for at in range(max(1, len(read) - 2)))


def datasketch_tutorial(one: str, other: str) -> bool:
    """MinHash over three-word shingles, alike at an estimated Jaccard of .5."""
    return _signature(one).jaccard(_signature(other)) >= 0.5


def raw_containment(one: str, other: str) -> bool:
    """Three fifths of the smaller text's shingles stand in the other."""
    mine, theirs = raw_shingles(one), raw_shingles(other)
    return len(mine & theirs) >= 0.6 * min(len(mine), len(theirs))


def simhash(one: str, other: str) -> bool:
    """64-bit SimHash over three-word shingles, alike within three bits (Manku 2007)."""
    return (_simhash(one) ^ _simhash(other)).bit_count() <= 3


def _signature(text: str) -> MinHash:
    signature = MinHash(num_perm=128)
    signature.update_batch([shingle.encode() for shingle in raw_shingles(text)])
    return signature


def _simhash(text: str) -> int:
    votes: Counter[int] = Counter()
    for shingle in raw_shingles(text):
        number = int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest())
        votes.update({bit: 1 if number >> bit & 1 else -1 for bit in range(64)})
    return sum(1 << bit for bit, vote in votes.items() if vote > 0)


BASELINES: Mapping[str, Says] = {
    "datasketch_tutorial_jaccard_0.5": datasketch_tutorial,
    "raw_containment_0.6": raw_containment,
    "simhash_3_bits": simhash,
}


# --- figures ---------------------------------------------------------------------------------


def figures_of(pairs: Sequence[JudgedPair], says: Callable[[JudgedPair], bool]) -> dict[str, Any]:
    return {
        name: shown(Figures.of((p.labelled.label.is_sought, says(p)) for p in pairs if within(p)))
        for name, within in SUBSETS.items()
    }


def shown(figures: Figures) -> dict[str, float]:
    return {"f1": round(figures.f1, 4), "precision": round(figures.precision, 4),
            "recall": round(figures.recall, 4), **asdict(figures)}  # fmt: skip


def by_baseline(evaluation: Evaluation, says: Says) -> dict[str, Any]:
    def about(pair: JudgedPair) -> bool:
        urls = (pair.labelled.one, pair.labelled.other)
        return says(*(evaluation.texts[ArticleId(id_of(url))] for url in urls))

    return figures_of(evaluation.pairs, about)


def halves(evaluation: Evaluation) -> dict[str, Any]:
    """Choose the limits on one half of the labels and measure on the other, both ways."""
    odd: list[JudgedPair] = []
    even: list[JudgedPair] = []
    for pair in evaluation.pairs:
        digest = blake2b(f"{pair.labelled.one} {pair.labelled.other}".encode()).digest()
        (odd if digest[0] % 2 else even).append(pair)
    return {
        "tuned_on_odd_measured_on_even": _carried(evaluation, odd, even),
        "tuned_on_even_measured_on_odd": _carried(evaluation, even, odd),
    }


def _carried(
    evaluation: Evaluation, tuning: Sequence[JudgedPair], measured: Sequence[JudgedPair]
) -> dict[str, Any]:
    chosen = max(_GRID, key=lambda rules: (_with(evaluation, tuning, rules).f1, -_far(rules)))
    return {
        **{name: getattr(chosen, name) for name in _TUNED},
        "tuned": shown(_with(evaluation, tuning, chosen)),
        "measured": shown(_with(evaluation, measured, chosen)),
        "shipped_limits_measured": shown(_with(evaluation, measured, RULES)),
    }


_TUNED: Mapping[str, Sequence[float]] = {
    "held": (0.55, 0.6, 0.63, 0.66, 0.7, 0.75),
    "mutual": (0.5, 0.55, 0.6),
    "woven": (0.6, 0.65, 0.68, 0.72, 1.01),
}
_GRID = [
    replace(RULES, **dict(zip(_TUNED, values, strict=True))) for values in product(*_TUNED.values())
]


def _far(rules: Rules) -> float:
    """How far from the middle of the grid: of equals that one is taken."""
    middles = {name: values[len(values) // 2] for name, values in _TUNED.items()}
    return sum(abs(getattr(rules, name) - middle) for name, middle in middles.items())


def _with(evaluation: Evaluation, pairs: Iterable[JudgedPair], rules: Rules) -> Figures:
    def verdict(pair: JudgedPair) -> tuple[bool, bool]:
        ids = (ArticleId(id_of(url)) for url in (pair.labelled.one, pair.labelled.other))
        one, other = (evaluation.articles[id_] for id_ in ids)
        return pair.labelled.label.is_sought, relate(one, other, rules).relation in FOUND

    return Figures.of(map(verdict, pairs))


def report(samples: Iterable[Sample], labelled: Sequence[LabelledPair]) -> dict[str, Any]:
    started = time.perf_counter()
    evaluation = asyncio.run(evaluate(samples, labelled))
    seconds = time.perf_counter() - started
    positives = [pair for pair in evaluation.pairs if pair.labelled.label.is_sought]
    return {
        "articles": len(evaluation.articles),
        "pairs": len(evaluation.pairs),
        "articles_per_second": round(len(evaluation.articles) / seconds),
        "kordon_stories": {name: shown(f) for name, f in evaluation.by_story().items()},
        "kordon_pairs": {name: shown(f) for name, f in evaluation.by_relation().items()},
        "confusion": evaluation.confusion(),
        "positives_never_nominated": sum(not pair.nominated for pair in positives),
        "boilerplate_pairs_in_one_story": sum(
            pair.same_story and pair.labelled.label is Label.BOILERPLATE
            for pair in evaluation.pairs
        ),
        "largest_story": max(evaluation.sizes(), default=0),
        "halves": halves(evaluation),
        **{name: by_baseline(evaluation, says) for name, says in BASELINES.items()},
    }


# --- UA-GEC ----------------------------------------------------------------------------------


def ua_gec() -> dict[str, Any] | str:
    """Every essay against every correction: the essay's own is a positive, all others negatives."""
    try:
        from ua_gec import Corpus  # type: ignore[import-untyped] # noqa: PLC0415 - optional
    except ImportError:
        return "not installed: pip install ua-gec"
    essays: dict[str, tuple[str, str]] = {}
    for document in Corpus("all", "gec-fluency"):
        essays.setdefault(document.doc_id, (document.source, document.target))
    evaluation = asyncio.run(evaluate(_essays(essays), _corrections(essays)))
    texts = {(u, name): t for u, pair in essays.items() for name, t in zip("st", pair, strict=True)}
    return {
        "essays": len(essays),
        "kordon_pairs": shown(_all_pairs(evaluation, _tied(evaluation))),
        "kordon_stories": shown(_all_pairs(evaluation, _together(evaluation))),
        **{name: {"recall": _recall(essays, texts, says)} for name, says in BASELINES.items()},
    }


def _essays(essays: Mapping[str, tuple[str, str]]) -> Iterator[Sample]:
    for number, pair in essays.items():
        for name, text in zip("st", pair, strict=True):
            yield Sample(f"{number}/{name}", name, None, "", text)


def _corrections(essays: Mapping[str, object]) -> list[LabelledPair]:
    return [LabelledPair(f"{n}/s", f"{n}/t", Label.COPY, sure=True) for n in essays]


def _tied(evaluation: Evaluation) -> set[frozenset[str]]:
    """Pairs of an essay and a correction that were judged to be one text, nominated or not."""
    return {frozenset((p.labelled.one, p.labelled.other)) for p in evaluation.pairs if p.found} | {
        pair for pair in _together(evaluation) if _are_one_text(evaluation, *sorted(pair))
    }


def _are_one_text(evaluation: Evaluation, one: str, other: str) -> bool:
    here, there = (evaluation.articles[ArticleId(id_of(url))] for url in (one, other))
    return relate(here, there).relation in FOUND


def _together(evaluation: Evaluation) -> set[frozenset[str]]:
    return {
        frozenset((one, other))
        for story in evaluation.stories
        for urls in [[evaluation.articles[m.article].url for m in story.members]]
        for one, other in product(urls, urls)
        if one.endswith("/s") and other.endswith("/t")
    }


def _all_pairs(evaluation: Evaluation, found: set[frozenset[str]]) -> Figures:
    right = {frozenset((p.labelled.one, p.labelled.other)) for p in evaluation.pairs}
    return Figures(len(found & right), len(found - right), len(right - found))


def _recall(
    essays: Mapping[str, object], texts: Mapping[tuple[str, str], str], says: Says
) -> float:
    hits = sum(says(texts[number, "s"], texts[number, "t"]) for number in essays)
    return round(hits / len(essays), 4)


# --- the command -----------------------------------------------------------------------------


def corpora() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield each corpus that there is by its name, with what measures it."""
    yield "own", partial(_read, OWN / "articles.jsonl", OWN / "pairs.tsv")
    for labels in sorted(OWN.glob("*.tsv")):
        if labels.stem != "pairs":
            yield labels.stem, partial(_read, labels.with_suffix(".jsonl"), labels)
    recorded = RECORDED / "ukraine_media.jsonl.gz"
    if recorded.is_file():
        yield "ukraine_media", partial(_read, recorded, RECORDED / "ukraine_media_pairs.tsv")
    yield "ua_gec", ua_gec


def _read(articles: Path, pairs: Path) -> dict[str, Any]:
    return report(read_samples(articles), read_pairs(pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", nargs="?", type=Path, help="labelled articles of your own,")
    parser.add_argument("pairs", nargs="?", type=Path, help="and their labels; else all corpora")
    options = parser.parse_args()
    if options.articles and not options.pairs:
        parser.error("ARTICLES come with PAIRS")
    if options.pairs:
        found = {options.articles.name: _read(options.articles, options.pairs)}
    else:
        found = {name: measure() for name, measure in corpora()}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
