"""How the API answers: problems, HEAD, packing, wrong methods and bodies, described shapes."""

import pytest
from api_answers import BASE, NONE
from jsonschema import Draft202012Validator
from served import TOPIC, an_article, another

from crawler.access import Role
from crawler.contract import schema
from crawler.serve.views import ArticleView, ChangeView, MemberView, StoryView


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
        (f"{BASE}/stories?q=a&q=b&limit=1&limit=2", "query.q: give it once; query.limit: give it"),
        (f"{BASE}/stories?since=2026-11-22T00:00:00Z&since=", "query.since: give it once"),
        (f"{BASE}/stories?since=2026-11-22T00:00:00+02:00", "+ is written %2B"),
        (f"{BASE}/stories?until=yesterday", "such as 2026-11-22T12:00:00Z"),
        (f"{BASE}/stories?until=2026-13-01", "such as 2026-11-22T12:00:00Z"),
        (f"{BASE}/stories?since=2026-11-23&until=2026-11-22T00:00:00Z", "nothing can be created"),
        (f"{BASE}/stories?since=2026-11-22&until=2026-11-22", "nothing can be created"),
        (f"{BASE}/stories?since=2026", "query.since: give a day or an instant"),
        (f"{BASE}/stories?until=-1.5", "query.until: give a day or an instant"),
        (f"{BASE}/stories?control=any", "query.control: give 'state' or 'others'"),
        (f"{BASE}/stories?limit=101", "query.limit: give at most 100"),
        (f"{BASE}/stories?limit=0", "query.limit: give at least 1"),
        (f"{BASE}/stories?limit=many", "query.limit: give a whole number"),
        (f"{BASE}/stories?q={'a' * 201}", "query.q: give at most 200 letters"),
        (f"{BASE}/changes?afer=1-0", "query.afer: nothing is called so"),
        (f"{BASE}/changes?after=1-0&after=2-0", "query.after: give it once"),
        ("/api/v1/hosts?limits=3", "query.limits: nothing is called so"),
        (f"{BASE}/changes?after=x", "id of a change"),
        (f"{BASE}/changes?after=\u0661-\u0660", "id of a change"),
        ("/api/v1/feeds/-", "letters, digits"),
    ],
)  # fmt: skip
async def test_what_is_asked_wrongly_is_told_in_words(api, path, told):
    detail = (await api.get(path)).json()["detail"]
    assert told in detail
    assert not {"pattern", "Input", "String"} & set(detail.split())


async def test_a_method_that_an_address_does_not_take_is_told_those_it_takes(api):
    for path in ("/health", f"{BASE}/stories", "/feeds.opml"):
        answer = await api.put(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD"), path
        assert answer.json()["detail"] == "this address takes GET, HEAD"
    answer = await api.get("/api/v1/entries/dead/retry")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_does_not_say_it_is_json_is_415_for_operators(stand, kind):
    for role, status in ((None, 401), (Role.READER, 403), (Role.OPERATOR, 415)):
        async with stand.client(role) as api:
            for path in ("/api/v1/entries/dead/retry", f"{BASE}/articles/{NONE}/pin"):
                headers = {"Content-Type": kind} if kind else {}
                answer = await api.post(path, content=b'{"why": "x"}', headers=headers)
                assert answer.status_code == status, (role, path)
    assert "Content-Type: application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("view", "payload"),
    [(StoryView, "StoryPayload"), (ChangeView, "ChangePayload"),
     (ArticleView, "ArticlePayload"), (MemberView, "MemberPayload")],
)  # fmt: skip
def test_the_described_shapes_are_those_of_the_contract(view, payload):
    described = set(view.model_json_schema()["properties"])
    assert described == set(schema()["$defs"][payload]["properties"])


async def test_every_example_fits_its_schema(api):
    document = (await api.get("/openapi.json")).json()
    for name, shape in document["components"]["schemas"].items():
        for example in shape.get("examples", ()):
            whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            Draft202012Validator(whole).validate(example)
