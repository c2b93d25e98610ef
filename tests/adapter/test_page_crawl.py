"""Outlets, feeds and the crawl as the page shows them, and the verbs of operators, no browser."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hostile_words import HOSTILE
from lxml import html
from page_views import seen
from served import FEEDS, NOON, OUTLETS, another

from crawler.access import Role
from crawler.hook import Hook, HookId, HookState
from crawler.model import (
    Alert,
    Answer,
    ChangeId,
    Entry,
    EntryId,
    Feed,
    FeedId,
    Host,
    OutletId,
    Rhythm,
    TopicId,
    WorkerId,
    id_of,
)
from crawler.serve.page.visitor import mark_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def texts(tree, selector):
    return [" ".join(one.text_content().split()) for one in tree.cssselect(selector)]


async def polled(stand, feed, alert=None, answers=(), **learned):
    """Let a feed be polled once, with this to show for it; the clock goes on past its next."""
    frontier = stand.service.frontier
    stand.clock.advance(timedelta(minutes=1))
    await frontier.hasten([feed])
    claims = await frontier.claim(WorkerId("w"), 99, entries=False)
    for claim in claims:
        if claim.state.feed.id == feed:
            state = replace(claim.state, last_poll=stand.clock.now(),
                            next_poll=stand.clock.now() + DAY, **learned)  # fmt: skip
            await frontier.commit_poll(claim, state, alert=alert, answers=answers)
        else:
            await frontier.give_back(claim)


def marked(stand, **fields):
    return {"mark": mark_of(stand.tokens[Role.OPERATOR]), **fields}


# --- outlets and feeds -------------------------------------------------------------------------


async def test_outlets_in_trouble_stand_first_and_are_told_apart_by_words(stand, page):
    await polled(stand, FEEDS[2].id, failures=5, last_outcome="failed:http-500")
    tree = await seen(page, "/outlets")
    assert texts(tree, ".ranks h2")[0] == "Open Desk"
    assert texts(tree, ".ranks h2")[1:] == ["State Wire state-controlled", "Town News"]
    first = tree.cssselect(".ranks > li")[0]
    assert texts(first, ".health") == ["failing"]
    assert "answers with HTTP 500" in texts(first, ".feeds li")[0]
    assert first.cssselect("[title='failed:http-500']")
    assert "Wants looking at (1)" in texts(tree, ".windows a")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 3), ({"trouble": "troubled"}, 1), ({"state": "failing"}, 1), ({"state": "gone"}, 0),
        ({"origin": "RU"}, 1), ({"name": "town"}, 1), ({"name": "WIRE"}, 1),
        ({"name": "town", "origin": "RU"}, 0),
    ],
)  # fmt: skip
async def test_filters_narrow_the_list_and_stand_in_the_address(stand, page, asked, found):
    await polled(stand, FEEDS[2].id, failures=5, last_outcome="failed:http-500")
    tree = await seen(page, "/outlets", **asked)
    assert len(tree.cssselect(".ranks h2")) == found
    assert bool(tree.cssselect(".empty")) is (found == 0)
    if "name" in asked:
        assert tree.cssselect("input[name=name]")[0].get("value") == asked["name"]


async def test_a_long_list_is_walked_page_by_page(stand, page):
    feeds = [Feed(FeedId(f"f{n}"), OutletId(f"o{n:03}"), f"https://o{n}.example/rss")
             for n in range(120)]  # fmt: skip
    await stand.service.frontier.register(feeds)
    tree, met = await seen(page, "/outlets"), []
    while True:
        met += texts(tree, ".ranks h2")
        more = tree.cssselect("a[rel=next]")
        if not more:
            break
        tree = await seen(page, more[0].get("href"))
    assert len(met) == len(set(met)) == 123


async def test_an_outlet_shows_rhythm_silence_and_what_its_hosts_bear(stand, page):
    by_hour = tuple(3.0 if hour in {8, 9} else 0.0 for hour in range(24))
    rhythm = Rhythm(by_hour, (1.0,) * 24, (6.0,) * 7, (1.0,) * 7)
    answer = Answer(Host("town.example"), 304, 0, 0.25)
    await polled(stand, FEEDS[0].id, rhythm=rhythm, gap_seconds=14_400.0, answers=[answer],
                 last_news=NOON - 9 * DAY, last_answer=NOON, last_outcome="not-modified",
                 interval_seconds=7_200.0)  # fmt: skip
    tree = await seen(page, "/outlets/town")
    assert [one.get("href") for one in tree.cssselect(".head > p a")] == [
        "https://town.example", "/search?outlet=town",
    ]  # fmt: skip
    assert texts(tree, "h1") == ["Town News"]
    assert texts(tree, ".feed .health") == ["silent"]
    assert "entries should have come by its own rhythm" in tree.text_content()
    rows = dict(zip(texts(tree, ".facts dt"), texts(tree, ".facts dd"), strict=True))
    assert rows["Last outcome"] == "nothing new (304)"
    assert (rows["An entry"], rows["Polled"]) == ("every 4 h", "every 2 h")
    assert len(tree.cssselect(".rhythm")) == 2
    assert texts(tree, ".rhythm rect title")[8] == "08: 3.0"
    assert texts(tree, "tbody th, tbody td") == [
        "town.example", "1", "0 B", "100 %", "0", "0", "250 ms", "1 s",
    ]  # fmt: skip


async def test_a_feed_that_was_never_polled_has_no_rhythm_and_says_so(page):
    tree = await seen(page, "/outlets/open")
    assert texts(tree, ".feed .health") == ["new"]
    assert not tree.cssselect(".rhythm")
    assert texts(tree, ".empty") == ["Nothing to tell."]


@pytest.mark.parametrize(
    ("outcome", "state", "said"),
    [("failed:not-a-feed", "failing", "no feed"),
     ("failed:dns", "failing", "its name has no address"),
     ("failed:http-403", "blocked", "refuses us (HTTP 403)")],
)  # fmt: skip
async def test_a_feed_that_never_answered_is_in_trouble_from_its_first_poll(
    stand, page, outcome, state, said
):
    await polled(stand, FEEDS[2].id, failures=1, last_outcome=outcome)
    tree = await seen(page, "/outlets?trouble=troubled")
    assert texts(tree, ".ranks h2") == ["Open Desk"]
    assert texts(tree, ".feeds .health") == [state]
    assert said in texts(tree, ".feeds li")[0]
    assert "Wants looking at (1)" in texts(tree, ".windows a")
    assert "1 poll in a row" in (await seen(page, "/outlets/open")).text_content()
    ukrainian = await seen(page, "/outlets/open", lang="uk")
    assert not ukrainian.cssselect(".facts .outcome")[0].text_content().isascii()


async def test_alerts_of_an_outlets_feeds_are_told(stand, page):
    alert = Alert(FEEDS[0].id, OutletId("town"), FEEDS[0].url, "healthy", "silent",
                  "not-modified", NOON)  # fmt: skip
    await polled(stand, FEEDS[0].id, alert=alert)
    assert "healthy → silent" in texts(await seen(page, "/outlets/town"), ".log li")[0]
    assert not texts(await seen(page, "/outlets/open"), ".log li")


async def test_an_unknown_outlet_is_a_404(page):
    await seen(page, "/outlets/nobody", 404)


async def test_an_operator_pauses_resumes_and_polls_a_feed(stand, operator):
    feed = FEEDS[1].id
    assert texts(await seen(operator, "/outlets/state"), ".feed button") == ["Pause", "Poll now"]
    back = "/outlets/state"
    for verb, state in (("pause", "paused"), ("resume", "new"), ("poll", "new")):
        answer = await operator.post(f"/feeds/{feed}/{verb}", data=marked(stand, back=back))
        assert (answer.status_code, answer.headers["location"]) == (303, f"{back}?done={verb}")
        tree = await seen(operator, answer.headers["location"])
        assert texts(tree, ".feed .health") == [state]
        assert tree.cssselect("[role=status]")
    assert (await stand.service.frontier.census()).due_feeds >= 1


async def test_nobody_else_sees_or_uses_the_verbs(stand, page, operator):
    assert not (await seen(page, "/outlets/state")).cssselect(".feed button")
    feed = FEEDS[1].id
    assert (await page.post(f"/feeds/{feed}/pause", data={"mark": ""})).status_code == 401
    forged = await operator.post(f"/feeds/{feed}/pause", data={"mark": "0" * 32})
    assert forged.status_code == 403
    elsewhere = await operator.post(f"/feeds/{feed}/pause", data=marked(stand),
                                    headers={"Origin": "https://evil.example"})  # fmt: skip
    assert elsewhere.status_code == 403
    assert not any(state.paused for state in await stand.service.frontier.feeds())


async def test_a_form_never_leads_to_another_site(stand, operator):
    answer = await operator.post(
        f"/feeds/{FEEDS[0].id}/pause", data=marked(stand, back="//evil.example/")
    )
    assert answer.headers["location"] == "/?done=pause"


async def test_an_unknown_feed_is_a_404(stand, operator):
    assert (await operator.post("/feeds/none/pause", data=marked(stand))).status_code == 404


# --- crawl ---------------------------------------------------------------------------------------


def figures(tree):
    return dict(zip(texts(tree, ".figures dt"), texts(tree, ".figures dd"), strict=True))


async def test_the_crawl_shows_its_numbers_now(stand, page):
    await stand.place(another("one"), another("two", minutes=-90))
    await polled(stand, FEEDS[1].id, last_answer=stand.clock.now(), last_new=stand.clock.now())
    shown = figures(await seen(page, "/crawl"))
    assert shown["feeds polled within the hour"] == "2"
    assert shown["of them brought news"] == "1"
    assert shown["stories began within the hour"] == "1"
    assert shown["given up"] == "1"
    stand.clock.advance(2 * HOUR)
    assert figures(await seen(page, "/crawl/pulse"))["feeds polled within the hour"] == "0"


async def test_workers_are_named_by_machine_and_process(stand, page):
    stand.clock.advance(timedelta(minutes=5))
    started = (NOON - 3 * HOUR).timestamp()
    await stand.service.frontier.claim(WorkerId(f"news-1:4711:{started:.2f}"), 1)
    assert "news-1 · process 4711" in texts(await seen(page, "/crawl"), ".pulse .log li")[
        0
    ].replace("process", "· process")
    assert figures(await seen(page, "/crawl"))["in hand"] == "1"


async def test_without_a_worker_it_says_what_that_means(stand, page):
    stand.clock.advance(timedelta(days=2))
    tree = await seen(page, "/crawl")
    assert texts(tree, ".pulse .empty") == [
        "Nobody has work in hand, and work is due: is a crawl running?"
    ]


async def test_dead_letters_are_told_with_their_reason_and_tried_again(stand, operator):
    tree = await seen(operator, "/crawl")
    assert texts(tree, ".letters .outcome") == ["no such page (HTTP 404)"]
    (box,) = tree.cssselect(".letters input[type=checkbox]")
    fields = marked(stand, entry=box.get("value"))
    answer = await operator.post("/crawl/retry", data=fields)
    assert answer.headers["location"] == "/crawl?done=retry&count=1"
    again = await seen(operator, answer.headers["location"])
    assert texts(again, "[role=status]") == ["Due again: 1 entry."]
    assert "Nothing was given up." in texts(again, ".empty")
    assert await stand.service.frontier.entries("dead", 9) == []


async def test_all_dead_letters_are_tried_again_at_once(stand, operator):
    answer = await operator.post("/crawl/retry", data=marked(stand, all="yes"))
    assert answer.headers["location"] == "/crawl?done=retry&count=1"


async def test_nothing_chosen_is_no_retry(stand, operator, page):
    assert (await operator.post("/crawl/retry", data=marked(stand))).status_code == 422
    assert (await page.post("/crawl/retry", data={"all": "yes"})).status_code == 401
    assert len(await stand.service.frontier.entries("dead", 9)) == 1


async def test_slow_hosts_are_told_slowest_first(stand, page):
    for host, seconds in (("fast.example", 0.1), ("slow.example", 4.0), ("rare.example", 9.0)):
        count = 1 if host.startswith("rare") else 6
        answers = [Answer(Host(host), 200, 10, seconds)] * count
        await polled(stand, FEEDS[0].id, answers=answers)
    tree = await seen(page, "/crawl")
    rows = texts(tree, "#slow ~ ol .pair")
    assert rows == ["slow.example 4,000 ms", "fast.example 100 ms"]


async def test_hooks_show_their_state_and_never_their_secrets(stand, page):
    hook = Hook(HookId("a"), "https://r.example/unseen-path", "whsec_unseen", TopicId("t"), NOON,
                ChangeId("0-0"), state=HookState.SUSPENDED, reason="http-500", dead=3)  # fmt: skip
    await stand.service.hooks.add(hook)
    answer = await page.get("/crawl")
    assert "unseen-" not in answer.text
    assert "whsec" not in answer.text
    (row,) = texts(html.document_fromstring(answer.text), "#hooks ~ ul li")
    assert row.startswith("suspended https://r.example/… 0 delivered, 0 waiting, 3 given up")


# --- both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/outlets", "/outlets/town", "/crawl", "/crawl/pulse"])
async def test_every_view_speaks_ukrainian(page, path):
    english, ukrainian = [await seen(page, path, lang=code) for code in ("en", "uk")]
    words = set(texts(english, "h1, h2, dt, th, button")) & set(
        texts(ukrainian, "h1, h2, dt, th, button")
    )
    names = {one.name for one in OUTLETS}
    assert not {one for one in words - names if one.isascii() and " " in one}


async def test_hostile_words_of_entries_stay_words(stand, operator):
    frontier = stand.service.frontier
    stand.clock.advance(DAY)
    claims = await frontier.claim(WorkerId("w"), 9, entries=False)
    (claim,) = [one for one in claims if one.state.feed.id == FEEDS[0].id]
    entries = [
        Entry(EntryId(id_of(words)), f"javascript:alert({number})//{words}", OutletId("town"),
              FEEDS[0].id, title=words)
        for number, words in enumerate(HOSTILE)
    ]  # fmt: skip
    state = replace(claim.state, next_poll=stand.clock.now() + DAY)
    await frontier.commit_poll(claim, state, entries)
    for _ in HOSTILE:
        stand.clock.advance(HOUR)
        for one in await frontier.claim(WorkerId("w"), 9, feeds=False):
            await frontier.bury(one, one.entry.title[:60])
    answer = await operator.get("/crawl")
    tree = html.document_fromstring(answer.text)
    assert len(tree.cssselect(".letters li")) == len(HOSTILE) + 1
    assert not [one for one in tree.iter("script") if not one.get("src")]
    assert not tree.cssselect("img, iframe, object, style")
    assert not [a for a in tree.iter("a") if (a.get("href") or "").lower().startswith("javascript")]
    assert not [one for one in tree.iter() if any(name.startswith("on") for name in one.attrib)]


async def test_hostile_words_of_outlets_and_feeds_stay_words(stand, operator):
    feeds = [
        Feed(FeedId(f"bad{number}"), OutletId(words[:60]), f"https://bad.example/{words}")
        for number, words in enumerate(HOSTILE)
    ]
    await stand.service.frontier.register(feeds)
    for path in ("/outlets", "/outlets?page=2", "/crawl"):
        tree = await seen(operator, path)
        assert not [one for one in tree.iter("script") if not one.get("src")]
        assert not tree.cssselect("main img, iframe, object, style")
        assert not [one for one in tree.iter() if any(name.startswith("on") for name in one.attrib)]
        links = {one.get("href") for one in tree.cssselect("main a")}
        assert all(link.startswith(("/", "https://town.example/")) for link in links)
