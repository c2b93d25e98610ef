"""How the page answers: its weight and packing, and what goes wrong."""

import gzip
import re

import httpx
from lxml import html
from page_views import AS_PERSON, CROSSING, furnished, seen, story_path, texts
from served import TOPIC, another

from crawler.errors import StoreError

WEIGHT_MOST_BYTES = 300_000


# --- weight --------------------------------------------------------------------------------------


async def test_border_now_with_all_it_needs_weighs_less_than_300_kb(stand, page):
    await stand.place(*(
        another(f"w{n}", title="Довгий заголовок про кордон і черги на ньому " * 2, minutes=n % 50,
                places=(CROSSING, "reg-ua-lviv"))
        for n in range(60)
    ))  # fmt: skip
    answer = await page.get("/", headers={"Accept-Encoding": "identity"})
    needed = re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    parts = [await page.get(path, headers={"Accept-Encoding": "identity"}) for path in needed]
    assert len(needed) >= 5
    assert sum(len(part.content) for part in (answer, *parts)) < WEIGHT_MOST_BYTES
    assert all("immutable" in part.headers["cache-control"] for part in parts)


async def test_views_are_sent_packed_to_whom_takes_it(page):
    plain = await page.get("/", headers={"Accept-Encoding": "identity"})
    async with page.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < len(plain.content) / 2
    assert b"<!doctype html>" in gzip.decompress(packed)


# --- failures ------------------------------------------------------------------------------------


async def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(stand, page):
    missing = story_path("0" * 20)
    for path in ("/nothing", missing, "/static/nothing.js", "/?topic=none"):
        assert texts(await seen(page, path, 404), "h1") == ["Nothing is here"]
    answer = await page.get("/nothing", headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"
    answer = await page.get("/api/v1/nothing")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_address_that_only_forms_lead_to_is_nothing_to_see(stand, page):
    story, _ = await furnished(stand)
    tree = await seen(page, f"{story_path(story)}/split", 405)
    assert texts(tree, "h1") == ["Nothing is here"]


async def test_an_absent_store_is_said_as_such(stand, page):
    class Away:
        def listings(self, **_):
            raise StoreError("gone")

        find = listings
        position = None

    stand.service.indexes[TOPIC].close()
    real = dict(stand.service.indexes)
    stand.service.indexes[TOPIC] = Away()
    tree = await seen(page, "/", 503)
    stand.service.indexes.update(real)
    assert texts(tree, "h1") == ["The store is away"]


async def test_a_fault_of_ours_is_said_without_its_particulars(stand):
    class Broken:
        def listings(self, **_):
            raise RuntimeError("a secret particular")

        find = listings
        position = None

        def close(self):
            pass

    stand.service.indexes[TOPIC].close()
    stand.service.indexes[TOPIC] = Broken()
    transport = httpx.ASGITransport(stand.app, client=("127.0.0.1", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        tree = await seen_by(client, "/", 500)
        assert "secret" not in tree.text_content()
        answer = await client.get("/")
    assert texts(tree, "h1") == ["Something broke"]
    assert answer.json()["detail"] == "this is a fault of Kordon's own; its log says more"


async def seen_by(client, path, status):
    """A view as a person without anything sees it."""
    answer = await client.get(path, headers=AS_PERSON)
    assert answer.status_code == status
    return html.document_fromstring(answer.text)
