from dataclasses import replace

import numpy as np
import pytest

from crawler.dedup.boilerplate import Boilerplate, cleared, told_apart
from crawler.dedup.fingerprint import postings
from crawler.dedup.overlap import overlap
from crawler.dedup.relation import relate
from crawler.dedup.sketch import unpack
from crawler.model import OutletId, Relation
from crawler.placing import Place
from tests.newsroom import RECIPE, TOPIC, Newsroom, article, look_alike, mark, prose

TAIL = prose("about this page", 120)


def learned(texts):
    known = Boilerplate.blank()
    for text in texts:
        known = known.with_text(mark(text))
    return known


def items(count, tail=TAIL, length=30):
    return [f"{prose(('item', n), length)} {tail}" for n in range(count)]


def share_common(known, text):
    return known.common(unpack(mark(text).sketch)).mean()


def test_a_new_outlet_has_no_boilerplate():
    assert share_common(Boilerplate.blank(), TAIL) == 0


def test_what_stands_in_five_texts_is_boilerplate():
    assert share_common(learned(items(4)), TAIL) == 0
    assert share_common(learned(items(5)), TAIL) == 1


def test_of_many_texts_a_few_are_rolling_news_and_not_boilerplate():
    others = [prose(("news", n), 60) for n in range(100)]
    assert share_common(learned([*others, *items(8)]), TAIL) < 0.05
    assert share_common(learned([*others, *items(10)]), TAIL) == 1


def test_what_stands_in_one_text_is_not():
    known = learned([*items(20), prose("news", 300)])
    assert share_common(known, prose("news", 300)) < 0.02


def test_boilerplate_that_is_no_longer_printed_is_forgotten():
    known = learned([*items(20), *(prose(("news", n), 60) for n in range(400))])
    assert share_common(known, TAIL) < 0.02


def test_learning_leaves_the_known_as_it_was():
    before = Boilerplate.blank()
    before.with_text(mark(TAIL))
    assert not before.counts.any()


def test_counts_never_turn_over():
    known = Boilerplate(np.full((2, 32_768), 255, np.uint8))
    assert known.with_text(mark(TAIL)).counts.min() == 255


def test_what_was_learned_outlives_its_process():
    known = learned(items(7))
    again = Boilerplate.from_bytes(known.to_bytes())
    assert again.texts == known.texts == 7
    assert np.array_equal(again.counts, known.counts)
    assert len(known.to_bytes()) == 65_537


def test_items_that_are_mostly_tail_are_no_copies_once_it_is_known():
    one, other = look_alike(items(9)[7]), look_alike(items(9)[8], "https://one.example/b")
    known = {OutletId("one"): learned(items(6))}
    assert relate(one, other).relation is Relation.COPY
    assert relate(cleared(one, known), cleared(other, known)).relation is Relation.UNRELATED


def test_a_little_boilerplate_is_left_where_it_is():
    text = f"{prose('news', 1_000)} {TAIL}"
    assert learned(items(6)).cleared(mark(text)) == mark(text)


def test_clearing_a_cut_sketch_keeps_it_a_sample():
    huge = f"{prose('huge', 15_000)}"
    tail = prose("tail", 5_200)
    known = learned([tail] * 5)
    found = known.cleared(mark(f"{huge} {tail}"))
    assert len(unpack(found.sketch)) < found.shingles
    alone = mark(huge)
    shares = overlap(alone.sketch, alone.shingles, found.sketch, found.shingles)
    assert shares.one_in_other == pytest.approx(1, abs=0.03)  # 5,200 counts in 32,768 collide


def test_a_cut_sketch_of_nothing_but_boilerplate_shares_nothing():
    huge = prose("huge", 6_000)
    found = learned([huge] * 5).cleared(mark(huge))
    assert found.shingles == 0
    alone = mark(TAIL)
    assert overlap(found.sketch, 0, alone.sketch, alone.shingles).shared == 0


@pytest.mark.parametrize("printed", ["{news} {tail}", "{tail} {news}"])
@pytest.mark.parametrize("every", [9, 10])
def test_an_update_beside_what_is_printed_everywhere_is_a_copy_still(printed, every):
    news = prose("news", 120)
    edited = " ".join(
        f"{word}x" if n % every == every - 1 else word for n, word in enumerate(news.split())
    )
    one, other = (printed.format(news=text, tail=TAIL) for text in (news, edited))
    known = {OutletId("one"): learned(items(6))}
    pair = look_alike(one), look_alike(other, "https://one.example/b")
    assert relate(*pair).relation is Relation.COPY
    assert relate(*(cleared(each, known) for each in pair)).relation is Relation.COPY


def test_the_same_words_are_a_copy_though_one_outlet_prints_them_everywhere():
    one, other = look_alike(TAIL), look_alike(TAIL, "https://two.example/b", outlet="two")
    bare = cleared(one, {OutletId("one"): learned(items(6))})
    assert bare.fingerprint.shingles == 0
    assert relate(bare, other).relation is relate(other, bare).relation is Relation.COPY


def test_of_two_outlets_what_is_learned_joins_and_parts_nobody():
    tie = relate(look_alike("a b c d e f g h"), look_alike("x", "https://two.example/"))
    copy, none = (replace(tie, relation=kind) for kind in (Relation.COPY, Relation.UNRELATED))
    assert told_apart(copy, none, at_home=False) is copy
    assert told_apart(none, copy, at_home=False) is copy
    assert told_apart(copy, none, at_home=True) is none
    assert told_apart(none, copy, at_home=True) is copy


async def test_a_copy_under_a_standing_tail_is_found_once_the_tail_is_known():
    wire, room = prose("wire", 60), Newsroom()
    place = Place(room.stories)
    for n, text in enumerate(items(6)):
        await place(TOPIC, article(text, f"https://one.example/{n}"))
    await place(TOPIC, article(wire, "https://agency.example/wire", outlet="agency"))
    await place(TOPIC, article(f"{wire} {TAIL}", "https://one.example/wire"))
    assert {"https://agency.example/wire", "https://one.example/wire"} in await room.groups()


def test_another_outlet_s_text_is_not_cleared():
    one = look_alike(items(9)[7], outlet="two")
    assert cleared(one, {OutletId("one"): learned(items(6))}) is one


async def test_placing_teaches_each_outlet_s_boilerplate():
    room = Newsroom()
    place = Place(room.stories)
    for n, text in enumerate(items(12)):
        await place(TOPIC, article(text, f"https://one.example/{n}"))
    one = look_alike(items(14)[12])
    other = look_alike(items(14)[13], "https://one.example/b")
    assert place.tie(TOPIC, one, other).relation is Relation.UNRELATED
    assert {len(story.members) for story in await room.all_stories()} == {1}


async def test_copies_of_one_text_teach_nothing():
    room = Newsroom()
    place = Place(room.stories)
    wire = prose("wire", 200)
    for n in range(12):
        await place(TOPIC, article(wire, f"https://one.example/{n}"))
    one, other = look_alike(wire), look_alike(f"{wire} more", "https://one.example/b")
    assert place.tie(TOPIC, one, other).relation is Relation.COPY


def test_boilerplate_nominates_nobody_once_it_is_known():
    text = items(7)[6]
    found = learned(items(6)).well_sampled(mark(text))
    tail = set(postings(mark(TAIL), RECIPE))
    assert tail.intersection(postings(mark(text), RECIPE))
    assert not tail.intersection(postings(found, RECIPE))


def test_a_text_without_boilerplate_keeps_its_postings():
    text = prose("news", 300)
    found = learned(items(6)).well_sampled(mark(text))
    assert len(set(postings(found, RECIPE)) & set(postings(mark(text), RECIPE))) >= 14


async def test_articles_of_no_outlet_teach_nothing():
    place = Place(Newsroom().stories)
    for n, text in enumerate(items(12)):
        await place(TOPIC, article(text, f"https://one.example/{n}", outlet=""))
    one = look_alike(items(14)[12], outlet="")
    other = look_alike(items(14)[13], "https://one.example/b", outlet="")
    assert place.tie(TOPIC, one, other).relation is Relation.COPY


def test_what_is_counted_is_bounded_however_much_an_outlet_prints():
    known = Boilerplate.blank()
    for n in range(300):
        known = known.with_text(mark(f"{prose(n, 12)} {TAIL}"))
        assert int(known.counts.max()) <= known.texts < 128
    assert Boilerplate.from_bytes(known.to_bytes()).texts == known.texts
