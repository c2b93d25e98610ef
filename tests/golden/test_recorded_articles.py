"""Are whole articles on the war still told from those about the border?

The articles belong to their outlets and lie beside the checkout; the labels are ours. Floors are
those of decision 0200, less what one article more or less would change.
"""

from collections import Counter
from hashlib import blake2b

import pytest

from bench.quality.recorded_labels import (
    LABELS,
    RECORDED,
    Judged,
    judged,
    labels,
    let,
    part_of,
    recorded,
    report,
    weights,
)
from crawler.desk import desk_of
from crawler.model import TopicId

DIGEST = "1de5af5566a910c0"


@pytest.fixture(scope="module")
def cases(shared):
    rows, desk = recorded(shared / "corpora"), desk_of((TopicId("ukraine-border"),))
    return [judged(rows[one["url"]], one, desk) for one in labels()]


def test_the_labels_are_those_the_floors_were_set_for():
    assert blake2b(LABELS.read_bytes(), digest_size=8).hexdigest() == DIGEST


def test_the_parts_of_the_labels_are_as_large_as_when_they_were_judged():
    parts = Counter(part_of(one["url"]) for one in labels())
    assert parts == {"tuned": 569, "second": 301, "last": 309}


def test_what_screening_lets_is_weighed_by_how_few_of_a_stratum_were_drawn():
    known = Judged(
        "tuned", "on-named", relevant=True, on_topic=True, let_by_entry=True, let_by_words=True
    )
    rest = known._replace(relevant=False)
    lost = known._replace(stratum="on-none", let_by_entry=False)
    named, none = RECORDED["on-named"] / 2, float(RECORDED["on-none"])
    found = let([known, lost], weights([known, rest, lost]))
    assert found["entry"] == pytest.approx(named / (named + none), abs=1e-4)
    assert found["words"] == 1.0


@pytest.mark.parametrize(
    ("part", "precision", "recall"),
    [("tuned", 0.69, 0.81), ("second", 0.63, 0.76), ("last", 0.66, 0.78)],
)
def test_whole_articles_stay_as_well_told_as_they_were(cases, part, precision, recall):
    found = report([one for one in cases if one.part == part])
    assert found["precision"] >= precision
    assert found["recall"] >= recall


def test_screening_loses_none_that_is_about_the_border(cases):
    lost = [one for one in cases if one.relevant and one.on_topic and not one.let_by_words]
    assert lost == []
