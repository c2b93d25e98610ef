"""The weights of an editor's traces are those that the labelled sets give."""

from dataclasses import asdict

import pytest

from bench.quality.weights import SETS, fitted, pairs_of
from crawler.dedup.rules import RULES


def test_the_shipped_weights_are_fitted_to_the_labels():
    found = asdict(fitted([list(pairs_of(path)) for path in sorted(SETS.glob("*.tsv"))]))
    shipped = asdict(RULES.weights)
    base = shipped.pop("base"), found.pop("base")
    assert shipped == pytest.approx(found, abs=0.05)
    assert base[0] - base[1] == pytest.approx(0.2, abs=0.05)  # why: docs/decisions/0230
