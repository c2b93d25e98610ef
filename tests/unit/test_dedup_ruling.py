"""What operators' rulings amount to: classes, pairs apart, pins, and the verbs that made them."""

from datetime import timedelta

from crawler.dedup.ruling import Ruled, bound, decree_id, decrees_of, parted
from crawler.model import Ruling, RulingKind
from tests.newsroom import NOON

TOGETHER, APART = RulingKind.TOGETHER, RulingKind.APART
PINNED = RulingKind.PINNED


def said(kind, one, other="", *, who="olena", why="asked", after=0):
    return Ruling(kind, one, other or one, who, why, NOON + timedelta(minutes=after))


def test_whoever_is_put_together_with_a_fellow_is_of_one_class_in_whatever_order():
    chain = [said(TOGETHER, "a", "b"), said(TOGETHER, "c", "d"), said(TOGETHER, "b", "c")]
    for order in (chain, chain[::-1]):
        ruled = Ruled(order)
        assert ruled.fellows("a") == ruled.fellows("d") == frozenset("abcd")
    assert Ruled(chain[:2]).fellows("a") == frozenset("ab")
    assert Ruled(chain).fellows("x") == frozenset("x")


def test_who_is_apart_from_one_is_apart_from_its_fellows():
    ruled = Ruled([said(TOGETHER, "a", "b"), said(TOGETHER, "c", "d"), said(APART, "a", "c")])
    assert all(ruled.apart(*pair) for pair in ("ac", "ca", "bd", "bc", "ad"))
    assert not any(ruled.apart(*pair) for pair in ("ab", "cd", "ax", "xc"))


def test_two_who_are_together_by_others_are_apart_alone_if_that_was_said_of_them():
    ruled = Ruled([said(TOGETHER, "a", "b"), said(TOGETHER, "b", "c"), said(APART, "a", "c")])
    assert ruled.apart("a", "c")
    assert not ruled.apart("a", "b")
    assert not ruled.apart("b", "c")


def test_a_pin_says_nothing_about_a_pair():
    assert not Ruled([said(PINNED, "a")])
    assert Ruled([said(APART, "a", "b")])
    assert Ruled([said(TOGETHER, "a", "b")])
    assert not Ruled([said(RulingKind.WITHDRAWN, "a", "b")])
    assert not Ruled([said(TOGETHER, "a", "b")]).apart("a", "b")


def test_the_newest_word_stands_first():
    ruled = Ruled([said(PINNED, "a", after=1), said(PINNED, "b", after=3), said(PINNED, "c")])
    assert ruled.pins == ("b", "a", "c")
    assert [one.one for one in ruled.rulings] == ["b", "a", "c"]
    at_once = [said(PINNED, "a"), said(PINNED, "b")]
    assert Ruled(at_once).pins == Ruled(at_once[::-1]).pins == ("b", "a")


def test_rulings_about_an_article_are_those_about_its_fellows_too():
    together, apart = said(TOGETHER, "a", "b"), said(APART, "b", "c", after=1)
    strange = said(APART, "x", "y")
    ruled = Ruled([together, apart, strange])
    assert ruled.about("a") == (apart, together)
    assert ruled.about("c") == (apart,)
    assert ruled.about("") == ()


def test_what_one_verb_said_is_one_decree_and_the_newest_comes_first():
    split = [said(APART, "a", "b", after=5), said(APART, "a", "c", after=5)]
    other = [said(APART, "a", "d", after=5, who="ivan"), said(APART, "a", "e", after=5, why="x")]
    pin = said(PINNED, "a", after=5)
    early = said(APART, "a", "f")
    found = decrees_of([early, split[0], other[0], pin, other[1], split[1]])
    assert [(len(one.rulings), one.kind, one.who, one.why) for one in found] == [
        (1, PINNED, "olena", "asked"),
        (1, APART, "olena", "x"),
        (2, APART, "olena", "asked"),
        (1, APART, "ivan", "asked"),
        (1, APART, "olena", "asked"),
    ]
    assert found[-1].at < found[0].at
    assert found[2].id == decree_id(split[0]) == decree_id(split[1])
    assert len({one.id for one in found}) == 4  # the pin and the split are one verb's


def test_rulings_that_part_two_sides_are_found_from_either_side():
    apart, within = said(APART, "a", "b"), said(APART, "a", "c")
    together = said(TOGETHER, "a", "d")
    rulings = [apart, within, together]
    assert parted(rulings, "ac", "bd") == parted(rulings, "bd", "ac") == [apart]


def test_rulings_that_bind_two_sides_are_found_by_way_of_who_is_gone():
    direct = said(TOGETHER, "a", "b")
    to_gone, from_gone = said(TOGETHER, "a", "gone"), said(TOGETHER, "gone", "c")
    rulings = [direct, to_gone, from_gone, said(APART, "a", "c")]
    assert bound(rulings, ["a"], ["b"]) == [direct]
    assert bound(rulings, ["a"], ["c"]) == [to_gone]
    assert bound(rulings, ["a"], ["x"]) == []
