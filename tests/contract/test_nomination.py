"""One body for both stores: who is shown to a decision, by the keys that two articles share."""

from dataclasses import replace

import pytest
from articles import an_article
from stores import TOPIC, WINDOWS, in_memory, in_redis

from crawler.dedup.outcome import founded
from crawler.model import Relation, Tie
from crawler.store.nomination import COMMON, HOT, KEY, LEAST, NOMINATED, IndexKeys


class Shelf:
    """Stories whose articles stand under the keys that a test says, each a story of its own."""

    def __init__(self, store):
        self._keys = {}
        self.shown = set()  # names of all that the last decision saw
        self._stories = store(nominate=lambda mark, _: self._keys[mark.content_hash])

    async def place(self, name, *, strong="", weak="", url="", tied=None):
        """Place an article under a key for each letter; return the names of those nominated.

        It is tied to these, if at all, by the relation `tied`.
        """
        article = an_article([name], url=url or f"https://{name}.example/", title=name)
        self._keys[article.fingerprint.content_hash] = IndexKeys(*map(keys_of, (strong, weak)))
        seen = []

        def alone(one, around):
            titles = {alike.id: alike.title for alike in around.look_alikes}
            self.shown = {*titles.values()}
            seen.append({titles[id_] for id_ in around.nominated})
            ties = (Tie(one.id, id_, tied, 0.5, 0.5, 0.5) for id_ in sorted(around.nominated))
            return replace(founded(one), ties=tuple(ties) if tied else ())

        await self._stories.place(TOPIC, article, alone)
        return seen[-1]

    async def place_many(self, name, count, **under):
        for n in range(count):
            await self.place(f"{name}{n}", **under)


def keys_of(letters):
    return tuple(KEY * letter.encode() for letter in letters)


def names(name, numbers):
    return {f"{name}{n}" for n in numbers}


@pytest.fixture(params=["memory", "redis"])
def shelf(request, clock):
    if request.param == "memory":
        return Shelf(lambda **options: in_memory(clock, **options))
    server = request.getfixturevalue("server")
    return Shelf(lambda **options: in_redis(server, clock, **options))


async def test_a_run_of_words_that_few_share_is_enough(shelf):
    await shelf.place_many("held", HOT - 1, weak="x")
    assert await shelf.place("newcomer", weak="x") == names("held", range(HOT - 1))


async def test_a_run_of_words_that_many_share_is_not_but_several_are(shelf):
    several = "wxyz"
    assert len(several) * COMMON == LEAST
    await shelf.place_many("held", HOT, weak=several)
    assert await shelf.place("newcomer", weak=several) == names("held", range(HOT))
    assert await shelf.place("stranger", weak="wxy") == set()


async def test_an_article_that_was_filed_twice_under_a_run_counts_once(shelf, clock):
    await shelf.place("first", weak="x", url="https://one.example/")
    clock.advance(WINDOWS["candidate_window"] * 0.6)
    await shelf.place("revised", weak="x", url="https://one.example/")
    await shelf.place_many("held", HOT - 2, weak="x")
    expected = {"revised"} | names("held", range(HOT - 2))
    assert await shelf.place("newcomer", weak="x") == expected


async def test_a_band_is_enough_however_many_share_it(shelf):
    await shelf.place_many("held", HOT, strong="x")
    assert await shelf.place("newcomer", strong="x") == names("held", range(HOT))


async def test_nobody_is_nominated_to_himself(shelf):
    await shelf.place("first", strong="x", url="https://one.example/")
    await shelf.place("other", strong="x")
    assert await shelf.place("revised", strong="x", url="https://one.example/") == {"other"}


async def test_of_too_many_those_that_share_most_are_shown_and_then_the_newest(shelf):
    await shelf.place_many("both", 2, strong="ab")
    await shelf.place_many("one", HOT - 2, strong="a")
    await shelf.place_many("other", HOT - 2, strong="b")
    left = NOMINATED - 2 - (HOT - 2)
    assert await shelf.place("newcomer", strong="ab") == (
        names("both", range(2))
        | names("other", range(HOT - 2))
        | names("one", range(HOT - 2 - left, HOT - 2))
    )


@pytest.mark.parametrize(
    ("tied", "shown"),
    [
        (Relation.COPY, {"held", "other"}),
        (Relation.DIGEST, {"held", "other"}),
        (Relation.PARTIAL, {"held"}),
        (Relation.TEMPLATE, {"held"}),
    ],
)
async def test_what_joins_or_holds_another_is_shown_with_it_and_nothing_looser(shelf, tied, shown):
    await shelf.place("other", strong="b")
    await shelf.place("held", strong="ab", tied=tied)
    assert await shelf.place("newcomer", strong="a") == {"held"}
    assert shelf.shown == shown


async def test_who_was_placed_too_long_ago_is_shown_beside_whoever_it_hangs_together_with(
    shelf, clock
):
    await shelf.place("old", strong="x")
    clock.advance(WINDOWS["candidate_window"] * 0.7)
    await shelf.place("newer", strong="x", tied=Relation.COPY)
    clock.advance(WINDOWS["candidate_window"] * 0.7)
    assert await shelf.place("newcomer", strong="x") == {"newer"}
    assert shelf.shown == {"old", "newer"}
