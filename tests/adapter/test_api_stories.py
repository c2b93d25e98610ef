"""Stories over HTTP: listed, walked, filtered, shown, and of their texts what may be."""

import json
from dataclasses import replace

import httpx
import pytest
from api_answers import BASE, got
from served import BODY, TOPIC, an_article, another

from crawler.dedup.placement import decide
from crawler.model import ChangeId
from crawler.serve.application import application


async def test_stories_are_listed_newest_first_as_they_are_published(stand, api):
    first, second = await stand.place(an_article(), another("other", minutes=5))
    page = await got(api, f"{BASE}/stories")
    assert [story["id"] for story in page["stories"]] == [second, first]
    assert (page["next"], page["complete"], page["state_controlled"]) == (None, True, [])
    payloads = await stand.service.published.payloads(TOPIC, [first])
    assert page["stories"][1] == json.loads(payloads[first])


async def test_a_walk_meets_every_story_once_while_others_are_placed(stand, api):
    placed = await stand.place(*(another(f"a{n}", minutes=n // 3) for n in range(10)))
    met, cursor = [], ""
    while cursor is not None:
        page = await got(api, f"{BASE}/stories", limit=3, cursor=cursor)
        met += [story["id"] for story in page["stories"]]
        cursor = page["next"]
        await stand.place(another(f"new{len(met)}", minutes=90), another("a5", title="x"))
    assert sorted(met) == sorted(placed)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "queues"}, "en"), ({"q": "черга на кордонах"}, "uk"), ({"language": "uk"}, "uk"),
        ({"outlet": "open"}, "en"), ({"place": "a crossing"}, "uk"), ({"country": "PL"}, "uk"),
        ({"border": "UA-PL"}, "uk"), ({"since": "2026-11-22T12:05:00Z"}, "uk"),
        ({"until": "2026-11-22T12:05:00"}, "en"), ({"q": "queues", "language": "uk"}, ""),
        ({"q": "border", "outlet": "open", "until": "2026-11-23T00:00:00+02:00"}, "en"),
    ],
)  # fmt: skip
async def test_stories_are_filtered(stand, api, asked, found):
    crossing = next(
        place["id"]
        for place in (await got(api, "/api/v1/places", kind="crossing", border="UA-PL"))["places"]
        if "PL" in place["countries"]
    )  # fmt: skip
    asked = {name: crossing if value == "a crossing" else value for name, value in asked.items()}
    one, other = await stand.place(
        an_article(outlet="open"),
        another("інше", title="Черги на кордоні", language="uk", places=(crossing,), minutes=10),
    )
    page = await got(api, f"{BASE}/stories", **asked)
    assert [s["id"] for s in page["stories"]] == {"en": [one], "uk": [other], "": []}[found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([("language", "uk"), ("language", "pl")], {"uk", "pl"}),
        ([("language", "uk"), ("language", "pl"), ("outlet", "open")], {"pl"}),
        ([("outlet", "open"), ("outlet", "state")], {"pl", "ru"}),
        ([("language", "uk"), ("language", "")], {"uk"}), ([("origin", "PL")], {"pl"}),
        ([("origin", "PL"), ("origin", "RU")], {"pl", "ru"}), ([("control", "state")], {"ru"}),
        ([("control", "others"), ("language", "uk"), ("language", "ru")], {"uk"}),
    ],
)  # fmt: skip
async def test_of_several_of_one_kind_any_will_do(stand, api, asked, found):
    await stand.place(
        another("one", language="uk"), another("two", language="pl", outlet="open"),
        another("three", language="ru", outlet="state"),
    )  # fmt: skip
    stories = (await api.get(f"{BASE}/stories", params=asked)).json()["stories"]
    assert {story["canonical"]["language"] for story in stories} == found


async def test_one_unknown_name_among_several_is_refused_though_others_have_stories(stand, api):
    await stand.place(another("one", language="uk"))
    for kind, known, unknown in (("language", "uk", "xx"), ("origin", "UA", "XX")):
        asked = [(kind, known), (kind, unknown)]
        answer = await api.get(f"{BASE}/stories", params=asked)
        assert answer.status_code == 422
        assert f"{kind}: there is no {unknown}" in answer.json()["detail"]


@pytest.mark.parametrize("q", ['"', "'", "*", "\U0001f600", "-", "?!"])
async def test_a_query_without_a_word_is_refused_rather_than_left_out(stand, api, q):
    await stand.place(an_article())
    assert "letters or digits" in (await got(api, f"{BASE}/stories", 422, q=q))["detail"]


@pytest.mark.parametrize("q", ["", " ", "queue", "-queue", '"queue"', "queue*"])
async def test_a_query_has_words_and_no_operators(stand, api, q):
    (story,) = await stand.place(an_article())
    assert [one["id"] for one in (await got(api, f"{BASE}/stories", q=q))["stories"]] == [story]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"border": "PL-UA"}, "UA-PL"), ({"border": "UA-XX"}, "UA-HU"), ({"country": "XX"}, "PL"),
        ({"language": "xx"}, "uk"), ({"outlet": "twon"}, "town"),
        ({"outlet": "nosuch"}, "/api/v1/outlets"), ({"place": "nosuch"}, "/api/v1/places"),
        ({"place": "x-pl-shehyni-medyk"}, "x-pl-shehyni-medyka"),
        ({"q": "queue", "country": "XX"}, "PL"),
    ],
)  # fmt: skip
async def test_a_filter_that_can_never_match_is_refused_with_what_is_known(stand, api, asked, told):
    await stand.place(an_article())
    ((kind, name),) = [one for one in asked.items() if one[0] != "q"]
    detail = (await got(api, f"{BASE}/stories", 422, **asked))["detail"]
    assert detail.startswith(f"{kind}: there is no {name}")
    assert told in detail


async def test_a_filter_that_nothing_has_yet_gives_nothing(api):
    for asked in (
        {"border": "UA-HU"}, {"country": "PL"}, {"language": "be"}, {"language": "tl"},
        {"outlet": "open"}, {"place": "border-ua-pl"},
    ):  # fmt: skip
        assert (await got(api, f"{BASE}/stories", **asked))["stories"] == []


async def test_what_stories_have_is_known_though_the_catalogue_knows_it_not(stand, api):
    (story,) = await stand.place(an_article(outlet="gone", places=("washed-away",)))
    for asked in ({"outlet": "gone"}, {"place": "washed-away"}):
        assert [s["id"] for s in (await got(api, f"{BASE}/stories", **asked))["stories"]] == [story]
        assert (await got(api, f"{BASE}/stories", q="elephant", **asked))["stories"] == []


async def test_a_story_is_shown_with_members_relations_and_log(stand, api):
    story, _ = await stand.place(an_article(), an_article("two", outlet="open"))
    shown = await got(api, f"{BASE}/stories/{story}")
    assert [member["outlet"] for member in shown["story"]["members"]] == ["town", "open"]
    assert shown["excerpt"].startswith("Border guards at the crossing")
    (tie,) = (await got(api, f"{BASE}/stories/{story}/relations"))["relations"]
    assert tie["relation"] == "copy"
    log = await got(api, f"{BASE}/stories/{story}/changes")
    assert [entry["change"]["kind"] for entry in log["changes"]] == ["story.created", "joined"]


async def test_changes_of_a_story_that_the_index_has_not_reached_are_listed(stand, api):
    (story,) = await stand.place(an_article())
    await stand.service.stories.place(TOPIC, an_article("two", outlet="open"), decide)
    log = await got(api, f"{BASE}/stories/{story}/changes")
    assert [entry["change"]["kind"] for entry in log["changes"]] == ["story.created", "joined"]


class Overtaken:
    """An index that takes in a change as soon as it was searched."""

    def __init__(self, index):
        self._index = index

    @property
    def position(self):
        return self._index.position

    def find(self, wanted, limit):
        found = self._index.find(wanted, limit)
        self._index.apply(position=ChangeId("99-0"))
        return found


async def test_a_list_is_true_up_to_its_position_though_changes_come_while_it_is_read(stand):
    await stand.place(an_article())
    index = stand.service.indexes[TOPIC]
    service = replace(stand.service, indexes={TOPIC: Overtaken(index)})
    transport = httpx.ASGITransport(application(service), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as api:
        assert (await got(api, f"{BASE}/stories"))["position"] == "1-0"


@pytest.mark.parametrize(
    ("outlet", "excerpt", "text"),
    [("town", True, False), ("state", False, False), ("open", True, True)],
)
async def test_of_a_text_only_what_its_outlet_allows_is_shown(stand, api, outlet, excerpt, text):
    article = an_article(outlet=outlet)
    (story,) = await stand.place(article)
    shown = await got(api, f"{BASE}/articles/{article.id}")
    assert bool(shown["excerpt"]) is excerpt
    assert len(shown["excerpt"]) <= 300 < len(BODY) + 50
    assert (shown["text"] == article.text) is text
    assert bool((await got(api, f"{BASE}/stories/{story}"))["excerpt"]) is excerpt


async def test_state_controlled_outlets_are_marked_wherever_they_appear(stand, api):
    article = an_article(outlet="state")
    (story,) = await stand.place(article)
    assert (await got(api, f"{BASE}/stories"))["state_controlled"] == ["state"]
    assert (await got(api, f"{BASE}/stories/{story}"))["state_controlled"] == ["state"]
    assert (await got(api, f"{BASE}/articles/{article.id}"))["state_controlled"] is True
    assert (await got(api, "/api/v1/outlets/state"))["state_controlled"] is True
