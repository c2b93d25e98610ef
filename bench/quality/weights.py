"""What an editor's traces weigh, fitted to labelled pairs: bench/quality/weights.py prints JSON.

    .venv/bin/python -m bench.quality.weights

A logistic regression over the labelled pairs of the tests of which neither text holds the other,
so that the weights have a say: `fitted`. Each set is then judged by weights that were fitted to the
others: `unseen` is its F1 of pairs, beside that of the shipped weights. UA-GEC and the recorded
news have no part in it.

Source: docs/decisions/0230-editing-is-weighed.md
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from crawler.dedup.editing import may_be_edited, traces
from crawler.dedup.relation import Reason, at_home, interval, reason_of, relate, shares_of
from crawler.dedup.rules import RULES, Weights
from crawler.evaluate.dedup import FOUND, Figures, prepared
from crawler.evaluate.labels import read_pairs, read_samples
from crawler.model import LookAlike, Recipe, StoryId

SETS = Path(__file__).resolve().parents[2] / "tests" / "golden" / "dedup"
NAMES = [field.name for field in fields(Weights)]

_NEVER, _ALWAYS = (replace(RULES, weights=Weights(base=base)) for base in (-1e9, 1e9))
_NOT_HELD = (Reason.TOO_LITTLE, Reason.LITTLE_SHARED, Reason.PARTLY_SHARED)
_A_SET = 120  # pairs that a set counts for, so that none of them rules,
_A_PAIR = 1.5  # though none of its pairs for more than so many
_WITHOUT_TIME = 0.5  # what a pair counts for again, as if its times were not known
_RIDGE = 2.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled pair, and what decides about it."""

    is_one_text: bool
    if_edited: bool  # whether it is found to be one text if one is held to be edited of the other,
    otherwise: bool  # and if not
    traces: Sequence[float]  # in the order of `NAMES`; empty if the weights have no say,
    timeless: Sequence[float]  # and as if nobody knew when the two appeared

    def is_found_by(self, weights: Weights) -> bool:
        """Whether the pair is found to be one text with these weights."""
        order = [getattr(weights, name) for name in NAMES]
        is_edited = len(self.traces) > 0 and np.dot(self.traces, order) > 0
        return self.if_edited if is_edited else self.otherwise


def main() -> None:
    """Print the weights that fit best and what weights give on sets they were not fitted to."""
    sets = {path.stem: list(pairs_of(path)) for path in sorted(SETS.glob("*.tsv"))}
    judged = {name: _judged(name, sets) for name in sets}
    print(json.dumps({
        "fitted": _rounded(asdict(fitted(sets.values()))),
        "shipped": asdict(RULES.weights),
        "sets": judged,
        "mean": _mean(list(judged.values())),
    }, indent=2))  # fmt: skip


def pairs_of(labels: Path) -> Iterator[Pair]:
    """Yield the labelled pairs of a set."""
    texts = labels.with_name("articles.jsonl") if labels.stem == "pairs" else labels
    samples = enumerate(read_samples(texts.with_suffix(".jsonl")))
    prepared_ones = (prepared(sample, number, Recipe()) for number, sample in samples)
    articles = {one.url: LookAlike.of(one, StoryId(one.id), None) for one in prepared_ones}
    for pair in read_pairs(labels):
        one, other = articles[pair.one], articles[pair.other]
        yield Pair(
            is_one_text=pair.label.is_sought,
            if_edited=relate(one, other, _ALWAYS).relation in FOUND,
            otherwise=relate(one, other, _NEVER).relation in FOUND,
            traces=_traces(one, other),
            timeless=_traces(replace(one, published=None), replace(other, published=None)),
        )


def _traces(one: LookAlike, other: LookAlike) -> Sequence[float]:
    shares = shares_of(one, other)
    not_held = reason_of(one, other, shares, _NEVER) in _NOT_HELD
    if at_home(one, other) or not not_held or not may_be_edited(shares, RULES):
        return ()
    found = traces(shares, interval(one, other, RULES), RULES)
    return [found[name] for name in NAMES]


def fitted(sets: Iterable[Sequence[Pair]]) -> Weights:
    """Return the weights that make the labels of these sets likeliest, each set counting alike."""
    columns = zip(*(row for pairs in sets for row in _rows(pairs)), strict=True)
    found, one_text, counts = (np.array(column, float) for column in columns)
    scale = np.where(np.array(NAMES) == "base", 1.0, found.std(axis=0))
    ridge = np.where(np.array(NAMES) == "base", 0.0, _RIDGE)
    found /= scale

    def loss(weights: Array) -> tuple[float, Array]:
        odds = found @ weights
        misfit = np.logaddexp(0, odds) - one_text * odds
        slope = counts * (1 / (1 + np.exp(-odds)) - one_text)
        return float(counts @ misfit + ridge @ weights**2 / 2), slope @ found + ridge * weights

    best = minimize(loss, np.zeros(len(NAMES)), jac=True).x / scale
    return Weights(**dict(zip(NAMES, map(float, best), strict=True)))


def _rows(pairs: Sequence[Pair]) -> Iterator[tuple[Sequence[float], bool, float]]:
    """Yield the traces of each pair on which the weights have a say, its label, what it counts."""
    asked = [pair for pair in pairs if pair.traces]
    counts = min(_A_PAIR, _A_SET / max(1, len(asked)))
    for pair in asked:
        yield pair.traces, pair.is_one_text, counts
        if pair.timeless:
            yield pair.timeless, pair.is_one_text, counts * _WITHOUT_TIME


def _judged(name: str, sets: Mapping[str, Sequence[Pair]]) -> dict[str, float]:
    others = fitted(pairs for other, pairs in sets.items() if other != name)
    weights = {"unseen": others, "shipped": RULES.weights}
    return _rounded({by: _f1(sets[name], these) for by, these in weights.items()}, 4)


def _f1(pairs: Iterable[Pair], weights: Weights) -> float:
    return Figures.of((pair.is_one_text, pair.is_found_by(weights)) for pair in pairs).f1


def _mean(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    sums = {name: sum(each[name] for each in figures) for name in figures[0]}
    return _rounded({name: total / len(figures) for name, total in sums.items()}, 4)


def _rounded(figures: Mapping[str, float], digits: int = 2) -> dict[str, float]:
    return {name: round(figure, digits) for name, figure in figures.items()}


if __name__ == "__main__":
    main()
