"""The callback that hubs call, over HTTP: what it grants, takes and refuses."""

import hmac
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import HubLease, WorkerId
from crawler.serve.guard import PUSH_MOST_BYTES
from tests.adapter.served import FEEDS, NOON, Stand, a_stand

FEED = FEEDS[0]
CALLBACK = f"/websub/{FEED.id}/token"
VERIFY = {
    "hub.mode": "subscribe", "hub.topic": FEED.url, "hub.challenge": "<b>c</b>",
    "hub.lease_seconds": "864000",
}  # fmt: skip


@pytest.fixture
async def stand(tmp_path: Path) -> Stand:
    made = await a_stand(tmp_path, open_reads=False)
    await made.hubs.keep(
        HubLease(FEED.id, "https://hub.example/", FEED.url, "token", "secret", NOON)
    )
    frontier = made.service.frontier
    made.clock.advance(timedelta(minutes=1))
    for claim in await frontier.claim(WorkerId("w"), 9, entries=False):
        state = replace(claim.state, next_poll=made.clock.now() + timedelta(hours=1))
        await frontier.commit_poll(claim, state)
    return made


def signature(body: bytes, secret: bytes = b"secret") -> dict[str, str]:
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret, body, "sha256").hexdigest()}


async def due(stand: Stand):
    states = await stand.service.frontier.feeds()
    return next(state.next_poll for state in states if state.feed.id == FEED.id)


async def test_a_lease_is_confirmed_by_its_challenge_as_plain_text(stand):
    async with stand.client() as hub:
        answer = await hub.get(CALLBACK, params=VERIFY)
    assert (answer.status_code, answer.text) == (200, "<b>c</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await stand.hubs.lease(FEED.id)).length == timedelta(days=10)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (f"/websub/{FEED.id}/another", {}),
        ("/websub/unknown/token", {}),
        (CALLBACK, {"hub.topic": "https://evil.example/"}),
        (CALLBACK, {"hub.mode": "unsubscribe"}),
    ],
)
async def test_what_we_did_not_ask_for_is_not_found(stand, path, changes):
    async with stand.client() as hub:
        assert (await hub.get(path, params=VERIFY | changes)).status_code == 404


async def test_a_genuine_push_makes_the_feed_due(stand):
    before = await due(stand)
    async with stand.client() as hub:
        answer = await hub.post(CALLBACK, content=b"<rss/>", headers=signature(b"<rss/>"))
    assert answer.status_code == 202
    assert await due(stand) < before


async def test_a_forged_push_is_taken_without_a_word_and_changes_nothing(stand):
    before = await due(stand)
    async with stand.client() as hub:
        forged = await hub.post(CALLBACK, content=b"x", headers=signature(b"x", b"guess"))
        bare = await hub.post(CALLBACK, content=b"x")
    assert (forged.status_code, bare.status_code) == (202, 202)
    assert await due(stand) == before


async def test_a_push_to_nobody_is_not_found(stand):
    async with stand.client() as hub:
        answer = await hub.post(f"/websub/{FEED.id}/x", content=b"", headers=signature(b""))
    assert answer.status_code == 404


async def test_a_push_beyond_the_limit_is_refused_before_it_is_read(stand):
    async with stand.client() as hub:
        answer = await hub.post(CALLBACK, content=b"x" * (PUSH_MOST_BYTES + 1))
    assert answer.status_code == 413
