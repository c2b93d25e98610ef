"""What operators do over HTTP."""

from itertools import product

import pytest
from api_answers import BASE, NONE, got
from served import an_article

from crawler.access import Role


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


async def test_a_body_that_is_no_json_is_told_so(stand):
    headers = {"Content-Type": "application/json"}
    async with stand.client(Role.OPERATOR) as api:
        for body in (b"\xff\xfe", b"{", b"\x00"):
            answer = await api.post("/api/v1/entries/dead/retry", content=body, headers=headers)
            assert answer.status_code == 422, body
            assert "body" in answer.json()["detail"]
