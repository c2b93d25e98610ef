"""An open view of a story without a browser: what it follows, and what it is told."""

from page_views import furnished, seen, story_path, texts
from served import TOPIC, an_article, another

from crawler.model import StoryId

REFRESH = {"HX-Request": "true"}


async def streamed(stand, story, after="0-0"):
    """The lines about a story of a stream that ends once all is told."""
    stand.service.closing.clear()
    lines = []
    async for line in stand.app.state.streams.follow(TOPIC, after, [], StoryId(story)):
        lines.append(line)
        if line == b":\n\n":
            stand.service.closing.set()
    return lines[:-1]


async def test_the_stream_of_a_story_tells_its_changes_and_passes_over_those_of_others(stand):
    first, second = await furnished(stand)
    created, joined, rest = await streamed(stand, first)
    assert created.startswith(b"id: 1-0\nevent: story.created\ndata: {")
    assert joined.startswith(b"id: 2-0\nevent: joined\ndata: {")
    assert rest == b"id: 3-0\n\n"  # an event without data: the client only learns where it is
    assert [line[:8] for line in await streamed(stand, second)] == [b"id: 3-0\n"]


async def test_the_stream_of_a_story_tells_that_another_took_it_in(stand):
    first, second = await furnished(stand)
    await stand.service.rule.merge(TOPIC, first, second, "olena", "one queue")
    kinds = [line.split(b"\n")[1] for line in await streamed(stand, second, "3-0")]
    assert b"event: merged" in kinds


async def test_the_view_follows_its_story_from_where_it_was_made(stand, page):
    first, _ = await furnished(stand)
    (live,) = (await seen(page, story_path(first))).cssselect("[data-live]")
    assert live.get("hx-sse:connect") == f"{story_path(first)}/live?after=3-0"
    stand.service.closing.set()
    answer = await page.get(live.get("hx-sse:connect"))
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_the_view_asks_again_with_the_copy_that_is_compared(stand, page):
    first, _ = await furnished(stand)
    story = await stand.service.stories.story(TOPIC, first)
    tree = await seen(page, f"{story_path(first)}?done=split")
    asks = tree.cssselect("#story")[0].get("hx-get")
    assert asks == f"{story_path(first)}?with={story.members[1].article}"
    await stand.place(an_article("early", outlet="open", minutes=-90))
    tree = await seen(page, asks, **{"with": story.members[1].article})
    assert "A copy of it" in texts(tree, ".carriers .compared")[0]


async def test_changes_that_the_index_has_not_reached_are_in_the_log(stand, page):
    first, _ = await furnished(stand)
    story = await stand.service.stories.story(TOPIC, first)
    await stand.service.rule.pin(TOPIC, story.members[1].article, "olena", "it is clearer")
    tree = await seen(page, story_path(first))
    changes = texts(tree, "section[aria-labelledby=log] li")
    assert ["another article is shown" in one for one in changes] == [True, False, False]


async def test_an_open_view_is_told_where_its_story_went_and_keeps_what_it_shows(stand, page):
    first, second = await furnished(stand)
    await stand.service.rule.merge(TOPIC, first, second, "olena", "one queue")
    answer = await page.get(story_path(second), headers=REFRESH)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (200, "#moved")
    assert f'href="{story_path(first)}"' in answer.text
    plain = await page.get(story_path(second))
    assert (plain.status_code, plain.headers["location"]) == (307, story_path(first))


async def test_an_open_view_lets_go_of_a_story_that_is_forgotten(stand, page):
    (story,) = await stand.place(another("lone"))
    kept = await stand.service.stories.story(TOPIC, story)
    await stand.service.forget.articles([kept.canonical], "asked to")
    answer = await page.get(story_path(story), headers=REFRESH)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (200, "#story")
    assert "This story is not kept any more" in answer.text
    assert (await page.get(story_path(story))).status_code == 404
