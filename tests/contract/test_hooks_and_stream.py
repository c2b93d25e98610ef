"""Hooks on the real stream: what was trimmed is told as a gap, what was forgotten is not told."""

from datetime import timedelta

import msgspec
import pytest
from articles import NOON, RECIPE, an_article, decide

from crawler.catalog.facets import facets_of
from crawler.contract import just_before
from crawler.dedup.departure import depart
from crawler.directory import Directory
from crawler.hook import Hook, HookId, HookState, Outcome, Reply
from crawler.model import ChangeId, TopicId, WorkerId
from crawler.render.webhook import written_secret
from crawler.rule import Rule
from crawler.schedule.delivery import Patience
from crawler.store.clock import SimulatedClock
from crawler.store.hooks import RedisHooks
from crawler.store.published import RedisPublished
from crawler.store.stories import RedisStories
from crawler.store.subscriptions import RedisSubscriptions
from crawler.workers.messages import Messages
from crawler.workers.webhooks import Webhooks

TOPIC = TopicId("ukraine-border")
DAY = timedelta(days=1)
A = HookId("a")


class Newsroom:
    """The real store, a worker, and a receiver that is a list."""

    def __init__(self, server, changes_kept=1_000, published=None):
        self.clock = SimulatedClock(NOON)
        self.stories = RedisStories(
            server, self.clock, RECIPE, candidate_window=14 * DAY, story_window=90 * DAY,
            changes_window=3_650 * DAY, changes_max_length=changes_kept,
        )  # fmt: skip
        self.published = published or RedisPublished(server)
        self.hooks = RedisHooks(server, self.clock, 30 * DAY)
        self.told, self.status, self.refused = [], 200, ()
        messages = Messages(
            self.published, self.stories, Directory(RedisSubscriptions(server), ()), facets_of
        )
        self.worker = Webhooks(
            self.hooks, self.published, messages, self.post, clock=self.clock,
            worker=WorkerId("w"), patience=Patience(), dice=lambda: 0.0,
        )  # fmt: skip

    async def post(self, _, message):
        told = msgspec.json.decode(message.body)
        refused = told["type"] != "gap" and told["data"]["change"]["title"] in self.refused
        status = 422 if refused else self.status
        if status == 200:
            self.told.append(told)
        return Reply(status, "" if status == 200 else f"http-{status}")

    async def add(self, position="0-0", hook=A, **facts):
        await self.hooks.add(
            Hook(hook, "https://r.example/", written_secret(b"k" * 32), TOPIC, NOON,
                 ChangeId(position), **facts)
        )  # fmt: skip

    async def place(self, *names):
        for name in names:
            article = an_article(url=f"https://one.example/{name}", title=name)
            await self.stories.place(TOPIC, article, decide)

    async def tell(self, after=timedelta(0)):
        self.clock.advance(after)
        await self.worker.tell_all()

    def titles(self):
        return [one["data"]["change"]["title"] for one in self.told if one["type"] != "gap"]


@pytest.fixture
def newsroom(server):
    return Newsroom(server)


async def test_changes_are_told_from_where_the_hook_begins(newsroom):
    await newsroom.place("one")
    begin = (await newsroom.published.window(TOPIC)).last
    await newsroom.place("two", "three")
    await newsroom.add(begin)
    await newsroom.tell()
    assert newsroom.titles() == ["two", "three"]
    assert (await newsroom.hooks.find(A)).position == (await newsroom.published.window(TOPIC)).last


async def test_a_hook_that_slept_past_the_window_is_told_of_the_gap_first(server):
    newsroom = Newsroom(server, changes_kept=100)
    await newsroom.place(*(f"n{number}" for number in range(300)))
    window = await newsroom.published.window(TOPIC)
    assert window.trimmed
    await newsroom.add("1-0")
    await newsroom.tell()
    gap, *rest = newsroom.told
    assert (gap["type"], gap["data"]) == ("gap", {"after": "1-0", "until": window.trimmed})
    assert newsroom.titles()[-1] == "n299"
    held = await server.xlen(f"kordon:v1:{{{TOPIC}}}:changes")
    assert len(rest) == held


async def test_a_hook_whose_position_cannot_be_read_is_suspended_and_says_so(newsroom, caplog):
    await newsroom.place("one")
    await newsroom.add("abc")
    await newsroom.tell()
    hook = await newsroom.hooks.find(A)
    assert (hook.state, hook.reason) == (HookState.SUSPENDED, "unreadable-position")
    assert [one.message for one in caplog.records] == [
        "hook a is told no more: unreadable-position"
    ]
    await newsroom.tell()
    assert len(await newsroom.hooks.attempts(A, 9)) == 1
    assert newsroom.told == []


async def test_a_change_that_is_trimmed_while_it_waits_is_dropped_and_says_so(server):
    newsroom = Newsroom(server, changes_kept=100)
    await newsroom.add()
    await newsroom.place("first")
    newsroom.status = 500
    await newsroom.tell()
    await newsroom.place(*(f"n{number}" for number in range(300)))
    newsroom.status = 200
    await newsroom.tell(DAY)
    outcomes = {one.outcome for one in await newsroom.hooks.attempts(A, 999)}
    assert Outcome.DROPPED in outcomes
    assert "first" not in newsroom.titles()
    assert "gap" in {one["type"] for one in newsroom.told}
    assert newsroom.titles()[-1] == "n299"


async def test_of_changes_that_are_trimmed_while_only_they_wait_a_gap_is_told(server):
    newsroom = Newsroom(server, changes_kept=100)
    await newsroom.add()
    await newsroom.place("first", "second", "third")
    first, second, *_ = await newsroom.published.changes(TOPIC, "0-0", 9)
    newsroom.refused = ("first", "second")
    for start in range(0, 300, 30):  # others are taken meanwhile: its position is never trimmed
        for _ in range(3):
            await newsroom.tell(timedelta(seconds=5))
        await newsroom.place(*(f"n{number}" for number in range(start, start + 30)))
    newsroom.refused = ()
    await newsroom.tell(DAY)
    gaps = [one["data"] for one in newsroom.told if one["type"] == "gap"]
    assert gaps == [{"after": just_before(first.id), "until": second.id}]
    assert newsroom.titles() == ["third", *(f"n{number}" for number in range(300))]
    assert (await newsroom.hooks.find(A)).queue == ()


async def test_what_was_forgotten_while_it_waited_is_not_told_but_that_it_was_is(newsroom):
    await newsroom.add(events=("story.created", "joined"), filters=("outlet:other",))
    await newsroom.place("one")
    words = an_article(url="https://one.example/one").text.split()
    copy = an_article(words, url="https://other.example/copy", outlet="other", title="copy")
    await newsroom.stories.place(TOPIC, copy, decide)
    newsroom.status = 500
    await newsroom.tell()
    await newsroom.stories.forget(TOPIC, copy.id, depart)
    newsroom.status = 200
    await newsroom.tell(DAY)
    told = {one["type"]: one["data"]["change"] for one in newsroom.told}
    assert told.keys() == {"story.created", "forgotten"}
    assert copy.url not in str(told["story.created"])


async def test_filters_look_at_the_whole_story(newsroom):
    await newsroom.add(filters=("outlet:other",))
    await newsroom.place("one", "two")
    words = an_article(url="https://one.example/one").text.split()
    joining = an_article(words, url="https://other.example/one", outlet="other", title="joins")
    await newsroom.stories.place(TOPIC, joining, decide)
    await newsroom.tell()
    assert [one["type"] for one in newsroom.told] == ["story.created", "joined"]
    assert {one["data"]["story"]["size"] for one in newsroom.told} == {2}


@pytest.mark.parametrize("outlet", ["one", "other"])
async def test_a_split_is_told_to_who_asked_for_either_part_and_shows_both(newsroom, outlet):
    await newsroom.place("one")
    words = an_article(url="https://one.example/one").text.split()
    joining = an_article(words, url="https://other.example/one", outlet="other", title="joins")
    story = (await newsroom.stories.place(TOPIC, joining, decide)).story
    begin = (await newsroom.published.window(TOPIC)).last
    await newsroom.add(begin, filters=(f"outlet:{outlet}",))
    await Rule(newsroom.stories, newsroom.clock).split(TOPIC, story, [joining.id], "olena", "two")
    await newsroom.tell()
    (told,) = newsroom.told
    data = told["data"]
    assert (told["type"], data["story"]["id"]) == ("split", story)
    assert data["other"]["id"] == data["change"]["other"]
    assert {*data["story"]["outlets"], *data["other"]["outlets"]} >= {"other"}


async def test_a_queue_never_runs_far_ahead_of_a_receiver_that_is_away(newsroom):
    await newsroom.add()
    newsroom.status = 500
    await newsroom.place(*(f"n{number}" for number in range(150)))
    for _ in range(20):
        await newsroom.tell(timedelta(minutes=10))
    assert len((await newsroom.hooks.find(A)).queue) == 100
    newsroom.status = 200
    for _ in range(3):
        await newsroom.tell(DAY / 4)
    assert sorted(newsroom.titles()) == sorted(f"n{number}" for number in range(150))


class Counted(RedisPublished):
    """Counts the stories that are read."""

    def __init__(self, server):
        super().__init__(server)
        self.read = 0

    async def payloads(self, topic, stories):
        self.read += len(stories)
        return await super().payloads(topic, stories)


async def test_hooks_that_are_as_far_have_the_stories_read_once_for_their_filters(server):
    newsroom = Newsroom(server, published=Counted(server))
    for number in range(20):
        await newsroom.add(hook=HookId(f"h{number}"), filters=(f"outlet:none-{number}",))
    await newsroom.place("one", "two", "three")
    await newsroom.tell()
    assert newsroom.published.read == 3
    assert {hook.position for hook in await newsroom.hooks.all()} == {
        (await newsroom.published.window(TOPIC)).last
    }
