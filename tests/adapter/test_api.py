"""The API over HTTP: what is read, paged, followed, and who may do what."""

import json
from dataclasses import replace
from itertools import product

import httpx
import pytest
from jsonschema import Draft202012Validator
from served import BODY, TOPIC, a_stand, an_article, another

from crawler.access import Role
from crawler.catalog.facets import place_ids
from crawler.contract import schema
from crawler.dedup.placement import decide
from crawler.model import ChangeId
from crawler.ports import Window
from crawler.serve.application import application
from crawler.serve.changes import Streams
from crawler.serve.guard import Allowance
from crawler.serve.views import ChangeView, StoryView
from crawler.store.memory_published import MemoryPublished

BASE = f"/api/v1/topics/{TOPIC}"
NONE = "0" * 20  # an id that nothing has


async def got(api, path, status=200, **params):
    answer = await api.get(path, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


# --- stories ---------------------------------------------------------------------------------


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


async def test_every_place_that_a_story_can_name_is_listed_with_its_names(api):
    listed = {one["id"]: one for one in (await got(api, "/api/v1/places"))["places"]}
    assert listed.keys() == place_ids()
    assert listed["c-ua"]["names"]["pl"] == ["Ukraina"]
    lithuanian = (await got(api, "/api/v1/places", country="LT"))["places"]
    assert {one["id"] for one in lithuanian} == {"c-lt", "vilnius"}


@pytest.mark.parametrize("path", ["places?border=PL-UA", "places?country=XX", "outlets?country=XX"])
async def test_lists_of_the_catalogue_refuse_what_it_does_not_know(api, path):
    answer = await api.get(f"/api/v1/{path}")
    assert (answer.status_code, "there is no" in answer.json()["detail"]) == (422, True)


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


async def test_what_is_not_there_is_a_problem_document(api):
    unknown = "0" * 20
    for path in ("stories/" + unknown, f"stories/{unknown}/changes", f"articles/{unknown}"):
        answer = await api.get(f"{BASE}/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (
            404, "application/problem+json",
        )  # fmt: skip
        assert unknown in answer.json()["detail"]
    assert (await api.get("/api/v1/topics/nothing/stories")).status_code == 404
    assert (await api.get(f"{BASE}/stories", params={"limit": 0})).status_code == 422
    assert (await api.get("/nowhere")).json()["title"] == "Not Found"


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/openapi.json", "/feeds.opml", f"/feeds/{TOPIC}/all.atom", f"{BASE}/stories"],
)
async def test_head_has_the_headers_of_get_and_no_body(stand, api, path):
    await stand.place(an_article())
    shown, asked = await api.get(path), await api.head(path)
    assert (asked.status_code, asked.content, dict(asked.headers)) == (
        200, b"", dict(shown.headers),
    )  # fmt: skip


async def test_head_of_a_stream_ends_at_once_and_of_nothing_is_404(stand, api):
    asked = await api.head(f"{BASE}/changes/stream")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"].startswith("text/event-stream")
    assert (await api.head("/nowhere")).status_code == 404
    assert (await api.head("/api/v1/entries/dead/retry")).status_code == 405
    text = (await api.get("/metrics")).text
    assert f'method="HEAD",route="{BASE.replace(TOPIC, "{topic}")}/changes/stream"' in text


@pytest.mark.parametrize(
    "path",
    ["/openapi.json", "/feeds.opml", f"/feeds/{TOPIC}/all.atom", "/api/v1/places", "/search"],
)
async def test_answers_are_packed_for_whom_takes_it(stand, api, path):
    await stand.place(*(another(f"a{n}") for n in range(3)))
    plain = await api.get(path, headers={"Accept-Encoding": "identity"})
    packed = await api.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.text == plain.text
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["vary"]


async def test_a_stream_is_never_packed(stand, api):
    await stand.place(an_article())
    stand.service.closing.set()
    answer = await api.get(
        f"{BASE}/changes/stream", params={"after": "0-0"}, headers={"Accept-Encoding": "gzip"}
    )
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/nowhere", "/openapi.json"), ("/api/v1/topics/", "/openapi.json"),
        (f"{BASE}/stories?cursor=zz", "`next` of the page before"),
        (f"{BASE}/stories?border=x", "UA-PL"), (f"{BASE}/stories?country=poland", "PL"),
        (f"{BASE}/stories?language=UK", "uk"), (f"{BASE}/stories/1", "20 hex digits"),
        (f"{BASE}/stories?lang=uk", "query.lang: nothing is called so"),
        (f"{BASE}/changes?after=x", "id of a change"),
        (f"{BASE}/changes?after=\u0661-\u0660", "id of a change"),
        ("/api/v1/feeds/-", "letters, digits"),
    ],
)  # fmt: skip
async def test_what_is_asked_wrongly_is_told_in_words(api, path, told):
    detail = (await api.get(path)).json()["detail"]
    assert told in detail
    assert "pattern" not in detail


async def test_a_method_that_an_address_does_not_take_is_told_those_it_takes(api):
    answer = await api.put("/health")
    assert (answer.status_code, answer.json()["detail"]) == (405, "this address takes GET")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_does_not_say_it_is_json_is_415_for_operators(stand, kind):
    for role, status in ((None, 401), (Role.READER, 403), (Role.OPERATOR, 415)):
        async with stand.client(role) as api:
            for path in ("/api/v1/entries/dead/retry", f"{BASE}/articles/{NONE}/pin"):
                headers = {"Content-Type": kind} if kind else {}
                answer = await api.post(path, content=b'{"why": "x"}', headers=headers)
                assert answer.status_code == status, (role, path)
    assert "Content-Type: application/json" in answer.json()["detail"]


# --- duty of care ----------------------------------------------------------------------------


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


# --- the crawl -------------------------------------------------------------------------------


async def test_outlets_feeds_hosts_places_and_work_are_listed(api):
    outlets = (await got(api, "/api/v1/outlets"))["outlets"]
    assert {one["id"]: one["feeds"] for one in outlets}["town"] == ["feed-town"]
    feeds = (await got(api, "/api/v1/feeds"))["feeds"]
    assert [feed["health"] for feed in feeds] == ["new"] * 3
    assert (await got(api, "/api/v1/feeds/feed-open"))["url"] == "https://open.example/rss"
    hosts = (await got(api, "/api/v1/hosts"))["hosts"]
    assert {host["host"] for host in hosts} >= {"open.example", "state.example"}
    assert (await got(api, "/api/v1/census"))["dead"] == 1
    (dead,) = (await got(api, "/api/v1/entries/dead"))["entries"]
    assert (dead["reason"], dead["url"]) == ("http-404", "https://town.example/dead")
    assert (await got(api, "/api/v1/alerts")) == {"alerts": []}
    (topic,) = (await got(api, "/api/v1/topics"))["topics"]
    assert (topic["id"], topic["stories"], topic["complete"]) == (TOPIC, 0, True)


async def test_an_operator_pauses_retries_and_forgets(stand):
    article = an_article()
    await stand.place(article)
    async with stand.client(Role.OPERATOR) as api:
        assert (await api.post("/api/v1/feeds/feed-town/pause")).json() == {"done": 1}
        assert (await got(api, "/api/v1/feeds/feed-town"))["paused"] is True
        assert (await api.post("/api/v1/feeds/feed-town/resume")).json() == {"done": 1}
        assert (await api.post("/api/v1/feeds/none/pause")).status_code == 404
        assert (await api.post("/api/v1/entries/dead/retry", json={})).json() == {"done": 1}
        forgotten = await api.post(f"/api/v1/articles/{article.id}/forget", json={"why": "asked"})
        assert forgotten.json() == {"done": 1}
        await stand.index()
        assert (await got(api, f"{BASE}/stories"))["stories"] == []
        await got(api, f"{BASE}/articles/{article.id}", status=404)


async def test_an_operator_splits_merges_keeps_apart_and_pins_with_a_reason(stand):
    one, two = an_article(), an_article("two", outlet="open")
    await stand.place(one, two)
    await stand.index()
    async with stand.client(Role.OPERATOR) as api:
        (story,) = (await got(api, f"{BASE}/stories"))["stories"]
        at, why = f"{BASE}/stories/{story['id']}", {"why": "two accounts"}
        pinned = await api.post(f"{BASE}/articles/{two.id}/pin", json=why)
        assert pinned.json() == {"stories": [story["id"]]}
        split = await api.post(f"{at}/split", json={"articles": [two.id], **why})
        left, right = split.json()["stories"]
        merged = await api.post(f"{BASE}/stories/{left}/merge", json={"other": right, **why})
        assert merged.json() == {"stories": [story["id"]]}
        again = await api.post(f"{at}/merge", json={"other": story["id"], **why})
        assert again.json() == {"stories": [story["id"]]}
        apart = await api.post(f"{at}/never-merge", json={"other": story["id"], **why})
        assert (apart.status_code, apart.json()["detail"][-9:]) == (422, "one story")
        said = (await got(api, f"{BASE}/rulings"))["rulings"]
        assert {(ruling["kind"], ruling["why"]) for ruling in said} == {
            ("together", "two accounts"),
            ("pinned", "two accounts"),
        }
        assert {ruling["who"] for ruling in said} == {"operator"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{BASE}/articles/{NONE}/pin", {"why": "x"}),
        (f"{BASE}/articles/{NONE}/unpin", {"why": "x"}),
        (f"{BASE}/stories/{NONE}/split", {"why": "x", "articles": [NONE]}),
        (f"{BASE}/stories/{NONE}/merge", {"why": "x", "other": NONE}),
        (f"{BASE}/stories/{NONE}/never-merge", {"why": "x", "other": "1" * 20}),
        (f"/api/v1/articles/{NONE}/forget", {"why": "x"}),
        ("/api/v1/outlets/nosuch/forget", {"why": "x"}),
        ("/api/v1/entries/dead/retry", {"entries": ["nope"]}),
        ("/api/v1/feeds/nosuch/pause", {}),
    ],
)
async def test_verbs_on_what_there_is_not_are_404_and_leave_nothing(stand, path, body):
    async with stand.client(Role.OPERATOR) as api:
        answer = await api.post(path, json=body)
    assert answer.status_code == 404
    assert any(name in answer.json()["detail"] for name in (NONE, "nosuch", "nope"))
    assert not await stand.service.forget.knows(NONE)
    assert not await stand.service.forget.knows("nosuch")


async def test_another_story_that_is_not_known_is_a_wrong_body(stand):
    (story,) = await stand.place(an_article())
    async with stand.client(Role.OPERATOR) as api:
        body = {"why": "x", "other": NONE}
        assert (await api.post(f"{BASE}/stories/{story}/merge", json=body)).status_code == 422


async def test_what_was_forgotten_may_be_forgotten_again(stand):
    article, why = an_article(), {"why": "asked"}
    await stand.place(article)
    async with stand.client(Role.OPERATOR) as api:
        for name, done in product((f"articles/{article.id}", "outlets/town"), (1, 0)):
            told = await api.post(f"/api/v1/{name}/forget", json=why)
            assert told.status_code == 200
            assert told.json()["done"] in {done, 0}


async def test_articles_and_outlets_that_only_the_corpus_or_the_frontier_has_are_forgotten(stand):
    kept = an_article(outlet="gone")
    await stand.corpus.keep(kept)
    async with stand.client(Role.OPERATOR) as api:
        told = await api.post(f"/api/v1/articles/{kept.id}/forget", json={"why": "asked"})
        assert (told.status_code, told.json()) == (200, {"done": 0})
        (dead,) = (await got(api, "/api/v1/entries/dead"))["entries"]
        told = await api.post(f"/api/v1/articles/{dead['id']}/forget", json={"why": "asked"})
        assert told.status_code == 200
    assert [article async for article in stand.corpus.read()] == []


# --- changes ---------------------------------------------------------------------------------


async def test_changes_are_listed_after_any_id(stand, api):
    await stand.place(an_article(), an_article("two", outlet="open"))
    every = await got(api, f"{BASE}/changes")
    assert [entry["change"]["kind"] for entry in every["changes"]] == ["story.created", "joined"]
    rest = await got(api, f"{BASE}/changes", after=every["changes"][0]["id"])
    assert rest["changes"] == every["changes"][1:]
    assert (rest["first"], rest["last"], rest["missed"]) == ("1-0", "2-0", False)


async def streamed(stand, **headers):
    """The lines of a stream that ends, as when the server closes, once all is told."""
    stand.service.closing.clear()
    streams = stand.app.state.streams
    start = headers.get("last_event_id", "0-0")
    lines = []
    async for line in streams.follow(TOPIC, start, [b"retry: 1\n\n"]):
        lines.append(line.decode())
        if line == b":\n\n":
            stand.service.closing.set()
    return [line for line in lines if line.startswith("id:")]


async def test_a_stream_tells_changes_with_their_ids_and_goes_on_where_it_was(stand):
    await stand.place(an_article(), an_article("two", outlet="open"))
    first, second = await streamed(stand)
    assert first.startswith("id: 1-0\nevent: story.created\ndata: {")
    assert first.endswith("}\n\n")
    assert await streamed(stand, last_event_id="1-0") == [second]
    assert await streamed(stand, last_event_id="2-0") == []


async def test_a_client_that_is_cut_off_before_the_first_change_knows_where_it_was(stand, api):
    await stand.place(an_article())
    stand.service.closing.set()
    assert (await api.get(f"{BASE}/changes/stream")).text == "retry: 3000\nid: 1-0\n\n"


class Trimming(MemoryPublished):
    """Keeps the newest change only: of three, two are gone."""

    async def changes(self, topic, after, limit):
        return (await super().changes(topic, after, limit))[-1:]

    async def window(self, topic):
        window = await super().window(topic)
        return Window(window.last, window.last, ChangeId("2-0"))


async def test_a_stream_that_falls_behind_is_told_of_the_gap_once_and_goes_on(stand):
    await stand.place(an_article(), an_article("two", outlet="open"), another("three"))
    service = replace(stand.service, published=Trimming(stand.service.stories))
    lines = []
    async for line in Streams(service).follow(TOPIC, ChangeId("1-0"), []):
        lines.append(line.decode())
        if line == b":\n\n":
            service.closing.set()
    gap, change, _ = lines
    assert gap == 'id: 2-0\nevent: gap\ndata: {"after":"1-0","trimmed":"2-0"}\n\n'
    assert change.startswith("id: 3-0\nevent: story.created\n")


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


async def test_a_stream_over_http_ends_when_the_server_closes(stand, api):
    await stand.place(an_article())
    stand.service.closing.set()
    answer = await api.get(f"{BASE}/changes/stream", headers={"Last-Event-ID": "0-0"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("retry: ")


async def test_no_more_streams_than_allowed_are_open_at_once(tmp_path):
    stand = await a_stand(tmp_path, streams=1)
    stand.service.closing.set()
    held = stand.app.state.streams.follow(TOPIC, "0-0", [b"x"])
    async with stand.client() as api:
        assert (await api.get(f"{BASE}/changes/stream")).status_code == 503
        async for _ in held:
            pass
        assert (await api.get(f"{BASE}/changes/stream")).status_code == 200


# --- the shapes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "payload"), [(StoryView, "StoryPayload"), (ChangeView, "ChangePayload")]
)
def test_the_described_shapes_are_those_of_the_contract(view, payload):
    described = set(view.model_json_schema()["properties"])
    assert described == set(schema()["$defs"][payload]["properties"])


async def test_every_example_fits_its_schema(api):
    document = (await api.get("/openapi.json")).json()
    for name, shape in document["components"]["schemas"].items():
        for example in shape.get("examples", ()):
            whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            Draft202012Validator(whole).validate(example)


# --- who gets in -----------------------------------------------------------------------------


def routes(app):
    """Every route of the API with a method and an address that fits it."""
    names = {"topic": TOPIC, "feed_id": "feed-town", "outlet_id": "town",
             "story_id": "0" * 20, "article_id": "0" * 20, "kind": "language", "name": "uk",
             "format": "rss"}  # fmt: skip
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path.format(**names)


def expected(method, path, role, *, local):
    """What the authorisation lets happen: None stands for an answer of the route itself."""
    if path == "/health":
        return None
    if method == "POST":
        return {None: 401, Role.READER: 403, Role.OPERATOR: None}[role]
    return None if role or local else 401


@pytest.mark.parametrize("local", [True, False])
async def test_the_authorisation_matrix_holds_for_every_route(tmp_path, local):
    stand = await a_stand(tmp_path, open_reads=local)
    stand.service.closing.set()
    matrix = list(product(routes(stand.app), (None, *Role)))
    assert len(matrix) >= 3 * 22
    for (method, path), role in matrix:
        async with stand.client(role) as client:
            answer = await client.request(method, path, json={} if method == "POST" else None)
        refused = expected(method, path, role, local=local)
        if refused:
            assert answer.status_code == refused, (method, path, role)
        else:
            assert answer.status_code not in {401, 403}, (method, path, role)


@pytest.mark.parametrize(
    "token", ["", "nonsense", "kordon_00000000_00", "kordon__", "kordon_" + "a" * 5_000]
)
async def test_a_token_that_is_not_valid_is_refused_even_on_loopback(api, token):
    answer = await api.get(f"{BASE}/stories", headers={"Authorization": f"Bearer {token}"})
    if token:
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("peer", "host", "header"),
    [("10.0.0.7", "localhost", ""), ("127.0.0.1", "evil.example", ""),
     ("127.0.0.1", "localhost", "X-Forwarded-For"), ("127.0.0.1", "localhost", "Forwarded")],
)  # fmt: skip
async def test_reading_is_open_only_to_this_machine_itself(stand, peer, host, header):
    headers = {header: "127.0.0.1"} if header else {}
    async with stand.client(peer=peer, host=host) as client:
        assert (await client.get(f"{BASE}/stories", headers=headers)).status_code == 401
    async with stand.client(Role.READER, peer=peer, host=host) as client:
        assert (await client.get(f"{BASE}/stories", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["a{b.evil.example", 'a"b.evil.example', "a}b.evil.example:8787", "a`b.evil.example",
     "evil.example:", "evil.example:80:80", "evil@localhost", "localhost/x", "localhost:99999999",
     "[::1", "::1", "127.0.0.1.evil.example", "\xff", ""],
)  # fmt: skip
async def test_a_host_that_cannot_be_read_is_not_this_machine(stand, host):
    async with stand.client() as client:
        for path in (f"{BASE}/stories", "/search"):
            answer = await client.get(path, headers={"Host": host.encode("latin-1")})
            assert answer.status_code == 401, path


@pytest.mark.parametrize("host", ["LocalHost:8787", "127.0.0.1", "127.1.2.3:80", "[::1]:8787"])
async def test_every_name_of_this_machine_is_open(api, host):
    assert (await api.get(f"{BASE}/stories", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-IP", "Via",
     "CF-Connecting-IP", "CF-Ray", "True-Client-IP", "CDN-Loop", "X-Client-IP",
     "X-Envoy-External-Address", "Fastly-Client-IP"],
)  # fmt: skip
async def test_whatever_a_proxy_says_of_itself_closes_reading(api, header):
    assert (await api.get("/health", headers={header: "x"})).status_code == 200
    for path in (f"{BASE}/stories", "/metrics", "/search"):
        assert (await api.get(path, headers={header: "x"})).status_code == 401, path


async def test_a_proxy_that_speaks_the_old_http_opens_nothing(stand):
    async def old(scope, receive, send):
        await stand.app({**scope, "http_version": "1.0"}, receive, send)

    transport = httpx.ASGITransport(old, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get(f"{BASE}/stories")).status_code == 401


@pytest.mark.parametrize(
    ("address", "status"),
    [("https://news.example.org", 401), ("http://[2001:db8::7]:8787", 401), ("", 200),
     ("http://127.0.0.1:8787", 200), ("http://localhost", 200), ("http://[::1]:80", 200)],
)  # fmt: skip
async def test_where_there_is_a_public_address_a_silent_proxy_opens_nothing(
    tmp_path, address, status
):
    stand = await a_stand(tmp_path, public_url=address)
    async with stand.client() as client:
        for path in (f"{BASE}/stories", f"/feeds/{TOPIC}/all.rss", "/search"):
            assert (await client.get(path)).status_code == status, path
    async with stand.client(Role.READER) as client:
        assert (await client.get(f"{BASE}/stories")).status_code == 200


async def test_a_revoked_token_is_worthless_at_once(stand):
    async with stand.client(Role.READER, peer="10.0.0.7") as client:
        assert (await client.get("/metrics")).status_code == 200
        for token in await stand.service.tokens.all():
            await stand.service.tokens.revoke(token.id)
        assert (await client.get("/metrics")).status_code == 401


async def test_answers_keep_browsers_strict_and_other_origins_out(api):
    answer = await api.get(f"{BASE}/stories", headers={"Origin": "https://evil.example"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert (await api.options("/api/v1/entries/dead/retry", headers=asked)).status_code == 405


async def test_too_many_requests_are_told_when_to_come_back(tmp_path):
    stand = await a_stand(tmp_path, reads_per_second=2.0)
    async with stand.client() as client:
        answers = [await client.get("/health") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert answers[-1].headers["retry-after"] == "1"
    async with stand.client(peer="127.0.0.2") as other:
        assert (await other.get("/health")).status_code == 200


def test_an_allowance_grows_back_with_time_and_forgets_old_addresses():
    now = [0.0]
    allowance = Allowance(2.0, lambda: now[0])
    assert [allowance.wait("a") for _ in range(4)] == [0.0] * 4
    assert allowance.wait("a") == pytest.approx(0.5)
    now[0] = 0.5
    assert (allowance.wait("a"), allowance.wait("b")) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Length": "70000"}, 413), ({"Transfer-Encoding": "chunked"}, 411),
     ({"Content-Length": "abc"}, 413)],
)  # fmt: skip
async def test_bodies_are_small_and_say_how_long_they_are(stand, headers, status):
    async with stand.client(Role.OPERATOR) as client:
        answer = await client.post("/api/v1/entries/dead/retry", headers=headers, content=b"{}")
        assert answer.status_code == status


# --- probes ----------------------------------------------------------------------------------


async def test_health_says_ok_and_metrics_count(stand, api):
    await stand.place(an_article())
    assert (await api.get("/health")).text == "ok"
    await got(api, f"{BASE}/stories")
    text = (await api.get("/metrics")).text
    assert 'kordon_stories{topic="ukraine-border"} 1.0' in text
    assert 'kordon_feeds{health="new"} 3.0' in text
    assert 'route="/api/v1/topics/{topic}/stories",status="200"} 1.0' in text
