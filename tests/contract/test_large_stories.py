"""One body for both stores: stories too large to be shown to a decision whole."""

from datetime import timedelta
from typing import Any

import pytest
from articles import RECIPE, an_article, copies
from articles import decide as join
from ledger import dangling
from stores import BY, TOPIC

from crawler.contract import read_story
from crawler.dedup import placement
from crawler.dedup.ruling import decree_id
from crawler.model import Article, Neighbourhood, Placement
from crawler.rule import Rule
from crawler.store.memory.stories import MemoryStories
from crawler.store.nomination import LOADED


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many articles are more than are grouped anew, where that bound is low."""
    monkeypatch.setattr(placement, "MOST_REGROUPED", 4)
    return 8


async def place(stories: Any, articles: list[Article]) -> str:
    """Place copies; return the story that they are."""
    placed = [await stories.place(TOPIC, one, join) for one in articles]
    (story,) = {one.story for one in placed}
    return story


async def test_every_outlet_of_a_large_story_is_told_and_found(stories, published, request):
    articles = copies(LOADED + 10)
    story = await place(stories, articles)
    payload = read_story((await published.payloads(TOPIC, [story]))[story])
    assert payload.size == len(articles)
    assert set(payload.outlets) == {one.outlet for one in articles}
    for one in articles:
        assert await stories.of_outlet(TOPIC, one.outlet) == [one.id]
    assert await shown(stories, an_article(articles[0].text.split())) == LOADED

    if not isinstance(stories, MemoryStories):
        assert await dangling(request.getfixturevalue("server"), TOPIC, RECIPE.id) == []


async def shown(stories: Any, article: Article) -> int:
    """Place a copy; return how many articles the decision about it saw."""
    seen = []

    def noted(newcomer: Article, around: Neighbourhood) -> Placement:
        seen.append(len(around.look_alikes))
        return join(newcomer, around)

    await stories.place(TOPIC, article, noted)
    return seen[-1]


async def sizes(stories: Any) -> list[int]:
    return sorted(len(story.members) for story in await stories.newest(TOPIC, 100))


async def test_a_word_on_the_shown_article_of_a_large_story_leaves_it_there(stories, clock, large):
    story, far = await place(stories, copies(large)), await place(stories, [an_article()])
    rule, shown = Rule(stories, clock), (await stories.story(TOPIC, story)).canonical
    await rule.pin(TOPIC, shown, *BY)
    await rule.pin(TOPIC, shown, *BY, kept=False)
    await rule.never_merge(TOPIC, story, far, *BY)
    assert await sizes(stories) == [1, large]
    assert (await stories.story(TOPIC, story)).canonical == shown
    clock.advance(timedelta(minutes=1))
    (merged,) = (await rule.merge(TOPIC, story, far, *BY)).stories
    assert len(merged.members) == large + 1


async def test_what_was_merged_into_a_large_story_can_be_split_off_again(stories, clock, large):
    ours, theirs = copies(large, "ours"), copies(3, "theirs")
    one, other = await place(stories, ours), await place(stories, theirs)
    rule = Rule(stories, clock)
    (merged,) = (await rule.merge(TOPIC, one, other, *BY)).stories
    clock.advance(timedelta(minutes=1))
    await rule.split(TOPIC, merged.id, [article.id for article in theirs], *BY)
    assert await sizes(stories) == [3, large]
    clock.advance(timedelta(minutes=1))
    await rule.merge(TOPIC, *[story.id for story in await stories.newest(TOPIC, 2)], *BY)
    clock.advance(timedelta(minutes=1))
    await rule.split(TOPIC, merged.id, [article.id for article in ours], *BY)
    assert await sizes(stories) == [3, large]


class KilledError(Exception):
    """Stands for the end of a process."""


class Dying:
    """Stories whose process is killed after so many steps of a verb."""

    def __init__(self, stories: Any, steps: int) -> None:
        self._stories = stories
        self._steps = iter(range(steps))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stories, name)

    async def rule(self, *args: Any) -> Any:
        if next(self._steps, None) is None:
            raise KilledError
        return await self._stories.rule(*args)


async def test_a_split_that_was_cut_short_is_finished_by_the_next_verb(stories, clock, large):
    articles = copies(large)
    story, far = await place(stories, articles), an_article()
    await place(stories, [far])
    split = TOPIC, story, [one.id for one in articles[:3]], *BY
    with pytest.raises(KilledError):
        await Rule(Dying(stories, 1), clock).split(*split)
    assert await sizes(stories) == [1, 1, large - 1]
    rule = Rule(stories, clock)
    await rule.pin(TOPIC, far.id, *BY)
    assert await sizes(stories) == [1, 3, large - 3]
    assert not (await rule.split(*split)).recorded


async def test_a_taking_back_that_was_cut_short_is_finished_by_saying_it_again(
    stories, clock, large
):
    articles = copies(large)
    story, rule = await place(stories, articles), Rule(stories, clock)
    clock.advance(timedelta(minutes=1))
    await rule.split(TOPIC, story, [one.id for one in articles[:3]], *BY)
    clock.advance(timedelta(minutes=1))
    with pytest.raises(KilledError):
        await Rule(Dying(stories, 1), clock).undo(TOPIC, await stories.rulings(TOPIC), *BY)
    assert await sizes(stories) == [2, large - 2]
    back = await stories.rulings(TOPIC)
    word = await rule.take_back(TOPIC, decree_id(back[0]), *BY)
    assert await sizes(stories) == [large]
    assert not word.recorded
    assert await stories.rulings(TOPIC) == back
