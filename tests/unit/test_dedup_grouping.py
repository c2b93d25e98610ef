from datetime import timedelta
from itertools import combinations

from crawler.dedup.grouping import central, grouped
from crawler.dedup.rules import RULES
from crawler.dedup.ties import Ties
from crawler.model import Relation, Tie
from tests.newsroom import NOON, look_alike, prose


def told(at):
    text, url = prose(f"text{at}", 50), f"https://{at}.example/a"
    return look_alike(text, url, published=NOON + timedelta(hours=at))


def ties_of(*copies):
    """Return articles, the first appeared first, and ties: these pairs match, the first closest."""
    ones = [told(at) for at in range(1 + max(map(max, copies)))]
    stored = [
        Tie(ones[a].id, ones[b].id, Relation.COPY, 0.9 - at / 100, 0.9, 0.9)
        for at, (a, b) in enumerate(copies)
    ]
    articles = {one.id: one for one in ones}
    return ones, articles, Ties(articles, stored, RULES)


def sizes(*copies):
    _, articles, ties = ties_of(*copies)
    return sorted(len(group) for group in grouped(articles, ties))


def test_a_chain_is_a_story_as_far_as_all_match_one():
    assert sizes((0, 1), (1, 2)) == [3]
    assert sizes((0, 1), (1, 2), (2, 3)) == [1, 3]


def test_of_three_others_a_member_matches_two():
    three = [*combinations(range(3), 2)]
    assert sizes(*three, (1, 3), (2, 3)) == [4]
    assert sizes(*three, (2, 3)) == [1, 3]


def test_of_four_others_a_member_matches_half():
    four = [*combinations(range(4), 2)]
    assert sizes(*four, (2, 4), (3, 4)) == [5]
    assert sizes(*four, (3, 4)) == [1, 4]


def test_who_stands_for_all_matches_as_many_as_a_member_does():
    ones, articles, ties = ties_of(*combinations(range(4), 2), (3, 4))
    assert central(frozenset(articles), ties) == frozenset(articles) - {ones[4].id}
