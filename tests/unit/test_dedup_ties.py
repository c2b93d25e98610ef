"""What ties say of each other: stored ones, rulings, digests, repeated passages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.dedup.rules import RULES
from crawler.dedup.ties import Ties
from crawler.model import ArticleId, Dating, OutletId, Precision, Relation, Ruling, RulingKind, Tie
from tests.newsroom import NOON, WIRE, cut, look_alike, mark, prose

HOUR = timedelta(hours=1)
COPY, EXCERPT, EXPANSION = Relation.COPY, Relation.EXCERPT, Relation.EXPANSION
PARTIAL, DIGEST, UNRELATED = Relation.PARTIAL, Relation.DIGEST, Relation.UNRELATED


def tie(one, other, relation, held=(0.0, 0.0), jaccard=0.0):
    return Tie(ArticleId(one), ArticleId(other), relation, jaccard, *held)


def said(kind, one, other):
    return Ruling(kind, ArticleId(one), ArticleId(other), "olena", "asked", NOON)


def articles(names, text=WIRE, **facts):
    """Articles whose ids are letters, all of one text at first, each of its own outlet."""
    alike = {one: look_alike(text, f"https://{one}.example/", outlet=one) for one in names}
    return {one: replace(alike[one], id=one, **facts) for one in names}


def ties_of(names, *stored, rulings=(), **facts):
    return Ties(articles(names, **facts), stored, RULES, rulings)


# --- what is stored ---------------------------------------------------------------------------


def test_a_stored_tie_is_believed_from_either_side():
    ties = ties_of("ab", tie("a", "b", EXCERPT, (0.9, 0.2), 0.2))
    assert ties.between("a", "b") == tie("a", "b", EXCERPT, (0.9, 0.2), 0.2)
    assert ties.between("b", "a") == tie("b", "a", EXPANSION, (0.2, 0.9), 0.2)


def test_a_tie_that_is_not_stored_is_verified():
    assert ties_of("ab").between("a", "b").relation is COPY


@pytest.mark.parametrize(
    ("relation", "held", "alone"),
    [
        (DIGEST, (0.1, 0.9), EXPANSION),  # while nobody else is around it is no digest
        (DIGEST, (0.9, 0.1), EXCERPT),
        (DIGEST, (0.6, 0.6), COPY),
        (PARTIAL, (RULES.held, 0.1), EXCERPT),  # it was one for the passage they share
        (PARTIAL, (0.1, RULES.held), EXPANSION),
        (PARTIAL, (RULES.mutual, RULES.mutual), COPY),
        (PARTIAL, (RULES.held - 0.01, RULES.mutual - 0.01), PARTIAL),
        (EXCERPT, (0.7, 0.1), EXCERPT),
    ],
)
def test_what_was_stored_among_others_is_taken_as_it_looks_alone(relation, held, alone):
    assert ties_of("ab", tie("a", "b", relation, held)).between("a", "b").relation is alone


# --- rulings ----------------------------------------------------------------------------------


def test_two_that_were_ruled_apart_are_unrelated_and_clash():
    ties = ties_of("ab", rulings=[said(RulingKind.APART, "a", "b")])
    assert ties.between("a", "b").relation is UNRELATED
    assert ties.verified("a", "b").relation is COPY
    assert ties.clash("a", "b")
    assert not ties.join("a", "b")


def test_two_that_were_put_together_are_copies_whatever_they_say():
    strangers = tie("a", "b", UNRELATED)
    ties = ties_of("ab", strangers, rulings=[said(RulingKind.TOGETHER, "a", "b")])
    assert ties.between("a", "b").relation is COPY
    assert ties.verified("a", "b").relation is UNRELATED


def test_who_joins_a_fellow_joins_the_article_itself_as_the_closest_of_them():
    stored = [
        tie("a", "b", UNRELATED), tie("a", "x", EXCERPT, jaccard=0.3),
        tie("a", "y", EXPANSION, jaccard=0.6), tie("a", "z", PARTIAL, jaccard=0.9),
        tie("x", "y", UNRELATED), tie("x", "z", UNRELATED), tie("y", "z", UNRELATED),
        *(tie("b", one, UNRELATED) for one in "xyz"),
    ]  # fmt: skip
    rulings = [said(RulingKind.TOGETHER, "b", one) for one in "xyz"]
    ties = ties_of("abxyz", *stored, rulings=rulings)
    assert ties.between("a", "b").relation is EXPANSION
    assert ties.between("b", "a").relation is EXCERPT


def test_a_tie_that_joins_by_itself_is_left_as_it_is_by_rulings_about_fellows():
    stored = [tie("a", "b", EXCERPT, jaccard=0.2), tie("a", "x", COPY, jaccard=0.9),
              tie("b", "x", UNRELATED)]  # fmt: skip
    ties = ties_of("abx", *stored, rulings=[said(RulingKind.TOGETHER, "b", "x")])
    assert ties.between("a", "b").relation is EXCERPT


def test_a_fellow_out_of_sight_is_not_asked():
    stranger = tie("a", "b", UNRELATED)
    ties = ties_of("ab", stranger, rulings=[said(RulingKind.TOGETHER, "b", "gone")])
    assert ties.between("a", "b") == stranger


# --- what joins and what parts ------------------------------------------------------------------


@pytest.mark.parametrize("relation", list(Relation))
def test_templates_and_digests_part_and_four_relations_join(relation):
    ties = ties_of("ab")
    assert ties.parts(tie("a", "b", relation)) is (relation in {Relation.TEMPLATE, DIGEST})
    assert relation.joins is (relation in {COPY, Relation.REVISION, EXCERPT, EXPANSION})


def test_who_matches_how_many_others_does_not_count_itself():
    stored = [tie("a", "b", COPY), tie("a", "c", PARTIAL), tie("a", "d", EXCERPT)]
    assert ties_of("abcd", *stored).matched("a", "abcd") == 2


def test_what_hangs_together_goes_through_ties_groups_and_rulings():
    stored = [tie("a", "b", COPY), tie("b", "c", PARTIAL), tie("d", "e", EXCERPT)]
    ties = ties_of("abcdefgh", *stored, rulings=[said(RulingKind.TOGETHER, "f", "g")])
    assert ties.reached_from("a", []) == set("ab")
    assert ties.reached_from("a", ["bd", "ef"]) == set("abdefg")
    assert ties.reached_from("gh", []) == set("fgh")


# --- digests ----------------------------------------------------------------------------------


HOLDS = (0.3, 0.9)  # of a long text and a part of it


def a_round_up(*more, hours=1):
    """Texts `a` and `b` have nothing in common, and `d`, which came later, holds both."""
    known = articles("abcd")
    known["d"] = replace(known["d"], published=NOON + hours * HOUR)
    stored = [tie("d", "a", EXPANSION, HOLDS), tie("d", "b", EXPANSION, HOLDS),
              tie("a", "b", UNRELATED)]  # fmt: skip
    stranger = [tie("c", one, UNRELATED) for one in "abd"]
    found = {frozenset((one.one, one.other)): one for one in (*stored, *stranger, *more)}
    return Ties(known, found.values(), RULES)


def test_a_text_that_holds_two_strangers_is_a_digest_of_both():
    ties = a_round_up()
    assert not ties.is_digest("d")
    ties.judge_together("abcd")
    assert [one for one in "abcd" if ties.is_digest(one)] == ["d"]
    assert ties.between("d", "a").relation is DIGEST
    assert ties.between("a", "d").relation is DIGEST
    assert ties.clash("d", "b")


def test_a_digest_that_is_held_is_no_digest_of_its_holder():
    ties = a_round_up(tie("c", "d", EXPANSION, HOLDS))
    ties.judge_together("abcd")
    assert ties.between("c", "d").relation is EXPANSION


def test_a_text_that_came_before_its_parts_is_no_digest():
    ties = a_round_up(hours=-1)
    ties.judge_together("abcd")
    assert not ties.is_digest("d")


@pytest.mark.parametrize(
    "between",
    [
        tie("a", "b", PARTIAL),
        tie("a", "b", UNRELATED, (RULES.partial, 0.0)),  # too short to judge, not strangers
        tie("a", "b", UNRELATED, (0.0, RULES.partial)),
    ],
)
def test_parts_that_share_something_make_no_digest(between):
    ties = a_round_up(between)
    ties.judge_together("abcd")
    assert not ties.is_digest("d")


@pytest.mark.parametrize(
    ("part", "is_digest"),
    [
        (tie("d", "b", EXPANSION, (0.3, RULES.held)), True),
        (tie("d", "b", EXPANSION, (0.3, RULES.held - 0.01)), False),  # by runs of edited words
        (tie("d", "b", COPY, (0.9, 0.9)), False),
    ],
)
def test_only_what_is_held_as_it_was_printed_is_a_part(part, is_digest):
    ties = a_round_up(part)
    ties.judge_together("abcd")
    assert ties.is_digest("d") is is_digest


@pytest.mark.parametrize(
    ("copied", "held", "is_digest"),
    [
        (RULES.rewritten - 0.01, EXPANSION, False),  # a rewrite of `c`, which holds the other too
        (RULES.rewritten, EXPANSION, True),  # a part of `c`
        (RULES.rewritten - 0.01, PARTIAL, True),
    ],
)
@pytest.mark.parametrize(("rewrite", "other"), ["ab", "ba"])
def test_parts_of_one_text_make_no_digest_of_another(copied, held, is_digest, rewrite, other):
    ties = a_round_up(
        tie("c", rewrite, COPY, (0.6, copied)), tie("c", other, held, (0.1, 0.62)),
        tie("c", "d", UNRELATED),
    )  # fmt: skip
    ties.judge_together("abcd")
    assert ties.is_digest("d") is is_digest


# --- repeated passages --------------------------------------------------------------------------


def printed(tail_words, own_words, outlet="one", many=3):
    """Articles of one outlet with words of their own before one tail."""
    tail = prose("tail", tail_words)
    texts = [f"{prose(n, own_words)} {tail}" for n in range(many)]
    return each(texts, outlet)


def each(texts, outlet="one"):
    made = [look_alike(text, f"https://one.example/{n}", outlet=outlet)
            for n, text in enumerate(texts)]  # fmt: skip
    return {f"{n}": replace(one, id=f"{n}") for n, one in enumerate(made)}


def relations(known):
    ties = Ties(known, (), RULES)
    ties.judge_together(known)
    return {ties.between(one, other).relation for one in known for other in known if one < other}


def test_three_texts_of_one_outlet_that_share_one_passage_are_linked_only():
    assert relations(printed(120, 30)) == {PARTIAL}


def test_what_others_repeat_says_nothing_of_another_pair():
    known = printed(120, 30) | articles("xy")
    ties = Ties(known, (), RULES)
    ties.judge_together(known)
    assert ties.between("x", "y").relation is COPY


def test_of_two_texts_or_of_two_outlets_nothing_is_known():
    assert relations(printed(120, 30, many=2)) == {COPY}
    known = printed(120, 30)
    known["2"] = replace(known["2"], outlet=OutletId("two"))
    assert PARTIAL not in relations(known)


def test_texts_with_hardly_a_word_of_their_own_are_copies():
    assert relations(printed(120, 12)) == {COPY}


def test_versions_that_grow_share_more_with_the_next_than_one_passage():
    grown = [cut(WIRE, 0, end) for end in (100, 140, 190)]
    assert PARTIAL not in relations(each(grown))


# --- memory -----------------------------------------------------------------------------------


def test_a_pair_is_judged_anew_for_what_is_known_of_when_it_appeared():
    one, other = look_alike(WIRE), look_alike(WIRE, "https://two.example/", outlet="two")
    judge = Ties({}, (), RULES)._judge
    seen = judge(one, other)
    day = replace(other, dating=Dating(precision=Precision.DAY))
    assert judge(one, other) is seen
    for changed in (day, replace(other, outlet=OutletId("x")), replace(other, id="x"),
                    replace(other, fingerprint=mark(f"{WIRE} more"))):  # fmt: skip
        assert judge(one, changed) is not seen
    assert judge(one, replace(other, title="another")) is seen
