"""How a story spread, as shapes: dots, the names under them, who was first."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.serve.page.cards import Source
from crawler.serve.page.carriers import Carrier
from crawler.serve.page.spread import FIRSTS, LETTER, dots_of, firsts_of, labels_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def carried(*told):
    """Carriers of outlets, each so many minutes after the first."""
    return [
        Carrier(
            id=str(number), url="", title="", language="", source=Source(name, name, False),
            at=NOON + timedelta(minutes=minutes), dated=True, after=timedelta(minutes=minutes),
            relation="copy", credits=(), tie=None, shown=number == 0,
        )
        for number, (name, minutes) in enumerate(told)
    ]  # fmt: skip


def covered(label):
    width = LETTER * len(label.source.name)
    left = {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    return label.x - left, label.x - left + width


@given(
    st.lists(st.tuples(st.text("abc", min_size=1, max_size=40), st.integers(0, 600)), min_size=1)
)
def test_no_name_covers_another_or_stands_beside_the_line(told):
    told = [(name, minutes - min(m for _, m in told)) for name, minutes in told]
    labels = labels_of(dots_of(carried(*sorted(told, key=lambda one: one[1]))))
    sides = [covered(one) for one in labels]
    assert all(right <= left for (_, right), (left, _) in pairwise(sides))
    assert all(left >= 0 and right <= 1_000 for left, right in sides)


def test_the_first_is_named_before_all_and_the_last_before_those_between():
    near = carried(("the first of all", 0), ("one at once", 1), ("between", 97), ("the last", 100))
    assert [one.source.name for one in labels_of(dots_of(near))] == ["the first of all", "the last"]


def test_those_who_had_a_story_at_once_are_first_together():
    both = carried(("one", 0), ("two", 0), ("one", 0), ("three", 1))
    assert sorted(one.source.name for one in firsts_of(both)) == ["one", "two"]


def test_nobody_is_first_of_many_that_had_a_story_at_once():
    assert not firsts_of(carried(*((str(number), 0) for number in range(FIRSTS + 1))))
