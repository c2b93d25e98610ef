"""One body for both stores: an operator's word on stories holds, and outlasts them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from articles import NOON, RECIPE, an_article, copies, words_of
from ledger import dangling
from stores import BY, TOPIC, WINDOWS, homes, in_redis, place

from crawler.dedup.departure import depart
from crawler.dedup.placement import decide
from crawler.dedup.ruling import decree_id
from crawler.errors import ConfigError
from crawler.model import Article, ArticleId, Regrouping, RulingKind
from crawler.rule import Rule
from crawler.store.clock import SimulatedClock
from crawler.store.memory.stories import MemoryStories


async def anew(stories: Any, clock: SimulatedClock, *articles: Article) -> list[str]:
    """Let everything expire and place the articles again, last first: a rebuild in small."""
    clock.advance(timedelta(days=91))
    await stories.expire(TOPIC)
    assert await stories.count(TOPIC) == (0, 0)
    for article in reversed(articles):
        await stories.place(TOPIC, article, decide)
    return await homes(stories, *articles)


async def test_an_article_split_off_stays_apart_even_when_all_is_built_anew(stories, clock):
    one, other, third = copies(3)
    (story, *_) = await place(stories, one, other, third)
    clock.advance(timedelta(minutes=1))
    left = await Rule(stories, clock).split(TOPIC, story, [third.id], *BY)
    assert [len(each.members) for each in left.stories] == [1, 2]
    now = await homes(stories, one, other, third)
    assert now[0] == now[1] == story != now[2]
    rebuilt = await anew(stories, clock, one, other, third)
    assert rebuilt[0] == rebuilt[1] != rebuilt[2]


async def test_stories_kept_apart_are_not_linked_by_what_would_have_made_them_one(stories, clock):
    one, other = copies(2)
    (story, _) = await place(stories, one, other)
    await Rule(stories, clock).split(TOPIC, story, [other.id], *BY)
    for home in [*await homes(stories, one, other), *await anew(stories, clock, one, other)]:
        assert (found := await stories.story(TOPIC, home)) is None or found.linked == ()


async def test_merged_stories_stay_one_and_their_copies_join(stories, clock):
    ours, theirs = copies(2, "ours"), copies(3, "theirs")
    before = await place(stories, *ours, *theirs[:2])
    (merged,) = (await Rule(stories, clock).merge(TOPIC, before[0], before[2], *BY)).stories
    assert {*merged.articles} == {a.id for a in [*ours, *theirs[:2]]}
    gone = ({before[0], before[2]} - {merged.id}).pop()
    assert (await stories.story(TOPIC, gone)).id == merged.id
    assert await place(stories, theirs[2]) == [merged.id]
    rebuilt = await anew(stories, clock, *ours, *theirs)
    assert len(set(rebuilt)) == 1


async def test_newcomers_closer_to_one_of_two_merged_stories_do_not_take_it_away(stories, clock):
    brief, ours = words_of("brief", 60), copies(4, "ours")
    long, longer = (
        an_article(brief + words_of(name, 60), url=f"https://{name}.example/")
        for name in ("long", "longer")
    )
    briefs = [an_article(brief, url=f"https://brief-{n}.example/", outlet=f"b{n}") for n in (1, 2)]
    home, *_, far = await place(stories, *ours, long)
    await Rule(stories, clock).merge(TOPIC, home, far, *BY)
    await place(stories, longer, *briefs)
    assert len(set(await homes(stories, *ours, long))) == 1
    assert len(set((await anew(stories, clock, *ours, long, longer, *briefs))[:5])) == 1


async def test_what_was_merged_can_be_split_again(stories, clock):
    ours, theirs = copies(2, "ours"), copies(2, "theirs")
    before = await place(stories, *ours, *theirs)
    (merged,) = (await Rule(stories, clock).merge(TOPIC, before[0], before[2], *BY)).stories
    clock.advance(timedelta(minutes=1))
    await Rule(stories, clock).split(TOPIC, merged.id, [a.id for a in theirs], *BY)
    now = await homes(stories, *ours, *theirs)
    assert now[0] == now[1] != now[2] == now[3]


async def test_what_was_split_off_does_not_follow_into_a_story_that_the_rest_is_merged_with(
    stories, clock
):
    (one, other, third), lone = copies(3), an_article(url="https://far.example/")
    (story, *_, far) = await place(stories, one, other, third, lone)
    rule = Rule(stories, clock)
    await rule.split(TOPIC, story, [third.id], *BY)
    clock.advance(timedelta(minutes=1))
    (merged,) = (await rule.merge(TOPIC, story, far, *BY)).stories
    assert {*merged.articles} == {one.id, other.id, lone.id}
    rebuilt = await anew(stories, clock, one, other, third, lone)
    assert rebuilt[0] == rebuilt[1] == rebuilt[3] != rebuilt[2]


async def test_what_was_split_can_be_merged_again(stories, clock):
    articles = copies(4)
    (story, *_) = await place(stories, *articles)
    rule = Rule(stories, clock)
    await rule.split(TOPIC, story, [articles[2].id, articles[3].id], *BY)
    parts = await homes(stories, *articles)
    clock.advance(timedelta(minutes=1))
    await rule.merge(TOPIC, parts[0], parts[2], "ivan", "one fire after all")
    assert len(set(await homes(stories, *articles))) == 1
    said = await stories.rulings(TOPIC)
    assert {ruling.kind for ruling in said} == {RulingKind.TOGETHER, RulingKind.WITHDRAWN}
    later = "ivan", "one fire after all", NOON + timedelta(minutes=1)
    assert {(ruling.who, ruling.why, ruling.at) for ruling in said} == {later}
    assert len(set(await anew(stories, clock, *articles))) == 1


async def test_what_was_never_to_be_merged_can_be_merged_and_parted_again(stories, clock):
    ours, theirs = copies(2, "ours"), copies(2, "theirs")
    one, _, other, _ = await place(stories, *ours, *theirs)
    rule = Rule(stories, clock)
    await rule.never_merge(TOPIC, one, other, *BY)
    clock.advance(timedelta(minutes=1))
    (merged,) = (await rule.merge(TOPIC, one, other, *BY)).stories
    assert len(merged.members) == 4
    clock.advance(timedelta(minutes=1))
    await rule.split(TOPIC, merged.id, [article.id for article in theirs], *BY)
    now = await anew(stories, clock, *ours, *theirs)
    assert now[0] == now[1] != now[2] == now[3]


async def test_a_split_holds_though_an_article_that_is_gone_was_put_together_with_both(
    stories, clock
):
    first, one, other = (an_article(url=f"https://{n}.example/") for n in range(3))
    homes_ = await place(stories, first, one, other)
    rule = Rule(stories, clock)
    (merged,) = (await rule.merge(TOPIC, homes_[0], homes_[1], *BY)).stories
    (merged,) = (await rule.merge(TOPIC, merged.id, homes_[2], *BY)).stories
    star = merged.canonical
    left = [a for a in (first, one, other) if a.id != star]
    await stories.forget(TOPIC, star, depart)
    (ours, theirs) = await homes(stories, *left)
    if ours == theirs:
        await rule.split(TOPIC, ours, [left[1].id], *BY)
    else:
        await rule.never_merge(TOPIC, ours, theirs, *BY)
    copy = replace(left[1], id=ArticleId("copy"), url="https://copy.example/")
    now = await anew(stories, clock, *left, copy)
    assert now[0] != now[1] == now[2]
    kinds = {ruling.subject: ruling.kind for ruling in await stories.rulings(TOPIC)}
    assert RulingKind.WITHDRAWN in kinds.values()


async def test_what_was_put_together_stays_so_whichever_of_it_is_forgotten(stories, clock):
    articles = [an_article(url=f"https://{n}.example/") for n in range(4)]
    homes_ = await place(stories, *articles)
    rule = Rule(stories, clock)
    for other in homes_[1:]:
        (merged,) = (await rule.merge(TOPIC, homes_[0], other, *BY)).stories
    star = merged.canonical
    first = next(one for one in articles if one.id != star)
    left = [one for one in articles if one.id not in (star, first.id)]
    for gone in (first.id, star):
        await stories.forget(TOPIC, gone, depart)
        assert len(set(await homes(stories, *left))) == 1
    assert len(set(await anew(stories, clock, *left))) == 1


async def test_a_pinned_article_is_shown_still_when_another_is_forgotten(stories, clock):
    first, second, pinned = copies(3)
    (story, *_) = await place(stories, first, second, pinned)
    await Rule(stories, clock).pin(TOPIC, pinned.id, *BY)
    await stories.forget(TOPIC, first.id, depart)
    assert (await stories.story(TOPIC, story)).canonical == pinned.id


class Stubborn(MemoryStories):
    """A store that records rulings, and lets nothing come of them."""

    async def rule(self, topic, article, rulings, regroup):
        return await super().rule(topic, article, rulings, lambda *_: Regrouping())


async def test_a_verb_that_could_not_do_what_it_says_is_refused_with_what_to_do(clock):
    stories = Stubborn(clock, RECIPE, **WINDOWS)
    rule, (one, other) = Rule(stories, clock), copies(2)
    elsewhere = an_article(url="https://else.example/")
    story, _, third = await place(stories, one, other, elsewhere)
    with pytest.raises(ConfigError, match=r"on record, but .* not one story.*take-back"):
        await rule.merge(TOPIC, story, third, *BY)
    with pytest.raises(ConfigError, match="are not apart"):
        await rule.split(TOPIC, story, [other.id], *BY)
    with pytest.raises(ConfigError, match="is not shown"):
        await rule.pin(TOPIC, other.id, *BY)


async def as_published(stories, *articles):
    """The order of the list, and the version of every story."""
    newest = [story.id for story in await stories.newest(TOPIC, 100)]
    held = [await stories.story(TOPIC, home) for home in await homes(stories, *articles)]
    return newest, [story.version for story in held], list(await stories.rulings(TOPIC))


async def test_a_word_that_says_what_is_so_already_changes_nothing(stories, clock):
    one, other = copies(2)
    third, last = (an_article(url=f"https://{n}.example/") for n in ("third", "last"))
    rule = Rule(stories, clock)
    story, _, elsewhere, _ = await place(stories, one, other, third, last)
    await rule.pin(TOPIC, other.id, *BY)
    await rule.never_merge(TOPIC, story, elsewhere, *BY)
    before = await as_published(stories, one, other, third, last)
    clock.advance(timedelta(minutes=1))
    words = [
        await rule.pin(TOPIC, other.id, *BY),
        await rule.pin(TOPIC, one.id, *BY, kept=False),
        await rule.merge(TOPIC, story, story, *BY),
        await rule.never_merge(TOPIC, elsewhere, story, *BY),
    ]
    assert [word.recorded for word in words] == [False] * 4
    assert all(word.stories for word in words)
    assert await as_published(stories, one, other, third, last) == before


async def test_a_ruling_that_moves_nothing_leaves_versions_and_the_order_of_the_list(
    stories, clock
):
    one, other = copies(2)
    third, last = (an_article(url=f"https://{n}.example/") for n in ("third", "last"))
    story, _, elsewhere, _ = await place(stories, one, other, third, last)
    newest, versions, _ = await as_published(stories, one, other, third, last)
    clock.advance(timedelta(minutes=1))
    rule = Rule(stories, clock)
    shown = (await stories.story(TOPIC, story)).canonical
    assert (await rule.pin(TOPIC, shown, *BY)).recorded
    assert (await rule.never_merge(TOPIC, story, elsewhere, *BY)).recorded
    assert (await as_published(stories, one, other, third, last))[:2] == (newest, versions)
    assert len(await stories.rulings(TOPIC)) == 3


async def test_stories_never_to_be_merged_are_not_by_a_newcomer_that_holds_both(stories, clock):
    left, right = words_of("left", 60), words_of("right", 60)
    one = an_article(left + right[:30], url="https://a.example/")
    other = an_article(left[:15] + right, url="https://b.example/")
    first, second = await place(stories, one, other)
    if first == second:
        pytest.fail("the two must be stories of their own for this test")
    await Rule(stories, clock).never_merge(TOPIC, first, second, *BY)
    both = an_article(left + right, url="https://c.example/")
    await place(stories, both)
    now = await homes(stories, one, other)
    assert now[0] != now[1]


async def test_a_pinned_article_is_shown_until_it_is_unpinned(stories, clock):
    words = words_of("wire")
    first, later, third = (
        an_article(words, url=f"https://{n}.example/", at=NOON + timedelta(hours=n))
        for n in range(3)
    )
    (story, *_) = await place(stories, first, later)
    rule = Rule(stories, clock)
    assert (await stories.story(TOPIC, story)).canonical == first.id
    (shown,) = (await rule.pin(TOPIC, later.id, *BY)).stories
    assert shown.canonical == later.id
    await place(stories, third)
    assert (await stories.story(TOPIC, story)).canonical == later.id
    rebuilt = await anew(stories, clock, first, later, third)
    assert (await stories.story(TOPIC, rebuilt[0])).canonical == later.id
    (shown,) = (await rule.pin(TOPIC, later.id, *BY, kept=False)).stories
    assert shown.canonical == first.id
    (ruling,) = await stories.rulings(TOPIC)
    assert (ruling.kind, ruling.who, ruling.why) == (RulingKind.UNPINNED, *BY)


async def pins(stories) -> dict[str, RulingKind]:
    """What holds of single articles."""
    said = await stories.rulings(TOPIC)
    return {ruling.one: ruling.kind for ruling in said if ruling.one == ruling.other}


async def test_a_new_pin_withdraws_the_one_that_its_story_had(stories, clock):
    first, second, third = (replace(one, published=NOON + timedelta(hours=n))
                            for n, one in enumerate(copies(3)))  # fmt: skip
    await place(stories, first, second, third)
    rule = Rule(stories, clock)
    for pinned in (second, third):
        clock.advance(timedelta(minutes=1))
        await rule.pin(TOPIC, pinned.id, *BY)
    (newest, earlier) = await stories.rulings(TOPIC)
    assert {newest.kind, earlier.kind} == {RulingKind.PINNED, RulingKind.UNPINNED}
    assert decree_id(newest) == decree_id(earlier)
    clock.advance(timedelta(minutes=1))
    (shown,) = (await rule.pin(TOPIC, third.id, *BY, kept=False)).stories
    assert shown.canonical == first.id
    rebuilt = await anew(stories, clock, first, second, third)
    assert (await stories.story(TOPIC, rebuilt[0])).canonical == first.id


async def test_a_pin_leaves_those_of_other_stories_alone(stories, clock):
    ours, theirs = copies(2, "ours"), copies(2, "theirs")
    await place(stories, *ours, *theirs)
    rule = Rule(stories, clock)
    for pinned in (ours[1], theirs[1]):
        await rule.pin(TOPIC, pinned.id, *BY)
    assert set((await pins(stories)).values()) == {RulingKind.PINNED}


async def test_of_two_stories_that_are_merged_the_newer_pin_is_shown_and_both_hold(stories, clock):
    ours, theirs = copies(2, "ours"), copies(2, "theirs")
    one, _, other, _ = await place(stories, *ours, *theirs)
    rule = Rule(stories, clock)
    for pinned in (theirs[1], ours[1]):
        clock.advance(timedelta(minutes=1))
        await rule.pin(TOPIC, pinned.id, *BY)
    clock.advance(timedelta(minutes=1))
    (merged,) = (await rule.merge(TOPIC, one, other, "ivan", "one fire")).stories
    assert merged.canonical == ours[1].id
    assert set((await pins(stories)).values()) == {RulingKind.PINNED}
    clock.advance(timedelta(minutes=1))
    meant = [ruling for ruling in await stories.rulings(TOPIC) if ruling.who == "ivan"]
    parts = (await rule.undo(TOPIC, meant, *BY)).stories
    assert {part.canonical for part in parts} == {ours[1].id, theirs[1].id}


async def test_a_pin_said_again_leaves_its_story_with_that_one_pin(stories, clock):
    ours, theirs = copies(2, "ours"), copies(2, "theirs")
    one, _, other, _ = await place(stories, *ours, *theirs)
    rule = Rule(stories, clock)
    for pinned in (theirs[1], ours[1]):
        clock.advance(timedelta(minutes=1))
        await rule.pin(TOPIC, pinned.id, *BY)
    await rule.merge(TOPIC, one, other, *BY)
    clock.advance(timedelta(minutes=1))
    assert (await rule.pin(TOPIC, ours[1].id, *BY)).recorded
    assert await pins(stories) == {ours[1].id: RulingKind.PINNED, theirs[1].id: RulingKind.UNPINNED}
    assert not (await rule.pin(TOPIC, ours[1].id, *BY)).recorded


async def test_every_word_is_kept_with_who_when_and_why(stories, clock):
    one, other = copies(2)
    (story, _) = await place(stories, one, other)
    clock.advance(timedelta(minutes=5))
    await Rule(stories, clock).split(TOPIC, story, [other.id], *BY)
    (ruling,) = await stories.rulings(TOPIC)
    assert (ruling.kind, ruling.one, ruling.other) == (RulingKind.APART, other.id, one.id)
    assert (ruling.who, ruling.why, ruling.at) == (*BY, NOON + timedelta(minutes=5))


async def test_what_cannot_be_done_is_refused_and_records_nothing(stories, clock):
    one, other = copies(2)
    (story, _) = await place(stories, one, other)
    rule, nowhere = Rule(stories, clock), an_article(url="https://nowhere.example/")
    with pytest.raises(ConfigError, match="cannot be split"):
        await rule.split(TOPIC, story, [one.id, other.id], *BY)
    with pytest.raises(ConfigError, match="cannot be split"):
        await rule.split(TOPIC, story, [nowhere.id], *BY)
    with pytest.raises(ConfigError, match="no article"):
        await rule.pin(TOPIC, nowhere.id, *BY)
    with pytest.raises(ConfigError, match="one story"):
        await rule.never_merge(TOPIC, story, story, *BY)
    assert list(await stories.rulings(TOPIC)) == []


async def test_another_process_decides_under_the_ruling_at_once(server, clock):
    here, there = in_redis(server, clock), in_redis(server, clock)
    one, other, third = copies(3)
    (story, _) = await place(here, one, other)
    await place(there, an_article(url="https://else.example/"))
    await Rule(here, clock).split(TOPIC, story, [other.id], *BY)
    joined = await there.place(TOPIC, third, decide)
    now = await homes(there, one, other)
    assert now[0] != now[1]
    assert joined.story in now


async def test_rulings_leave_nothing_dangling(server, clock):
    stories = in_redis(server, clock)
    rule, ours, theirs = Rule(stories, clock), copies(3, "ours"), copies(2, "theirs")
    before = await place(stories, *ours, *theirs)
    (merged,) = (await rule.merge(TOPIC, before[0], before[3], *BY)).stories
    await rule.pin(TOPIC, theirs[0].id, *BY)
    assert await dangling(server, TOPIC, RECIPE.id) == []
    clock.advance(timedelta(minutes=1))
    await rule.split(TOPIC, merged.id, [ours[0].id, theirs[1].id], *BY)
    assert await dangling(server, TOPIC, RECIPE.id) == []


async def test_rulings_outlast_the_recipe(server, clock):
    one, other = copies(2)
    stories = in_redis(server, clock)
    (story, _) = await place(stories, one, other)
    await Rule(stories, clock).split(TOPIC, story, [other.id], *BY)
    names = [name async for name in server.scan_iter(match="*rulings*")]
    assert names
    assert not any(RECIPE.id.encode() in name for name in names)


async def test_a_story_that_shows_another_article_has_changed(stories, clock):
    one, other = copies(2)
    (story, _) = await place(stories, one, other)
    clock.advance(timedelta(hours=1))
    (pinned,) = (await Rule(stories, clock).pin(TOPIC, other.id, *BY)).stories
    assert (pinned.id, pinned.canonical, pinned.updated) == (story, other.id, clock.now())
