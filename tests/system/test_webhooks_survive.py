"""Hooks told by real processes of what a real crawl finds: a crash in between loses nothing."""

import base64
import hmac
import json
from hashlib import sha256

import pytest
from household import ended, telling_household

from tests.site.receiver import Receiver, answering, hanging

PAGES = 5


@pytest.fixture
async def house(home):
    async with telling_household(home, hosts=2, pages=PAGES) as house:
        yield house


async def telling(house):
    """Start a process that tells hooks, and return once it does."""
    process = await house.start("work", "hooks")
    assert b"telling hooks" in await process.stderr.readline()
    return process


def is_genuine(delivered, secret):
    """Check a signature as a receiver would, by the standard's own words."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join(
        (delivered.id.encode(), delivered.headers["webhook-timestamp"].encode(), delivered.body)
    )
    made = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    return delivered.headers["webhook-signature"] == f"v1,{made}"


async def test_every_change_of_a_crawl_is_told_though_the_teller_is_killed(house):
    async with Receiver() as site:
        added = await ended(await house.start("hooks", "add", site.url, "--json"))
        site.will(answering(200), answering(200), hanging(), answering(200))
        first = await telling(house)
        await house.crawled()
        await site.has_received(3)
        first.kill()
        await first.wait()
        held = len(site.kept)
        second = await telling(house)
        async with house.looked_into() as app:
            changes = await app.published.changes("everything", "0-0", 999)
            await site.has_kept(len(changes))
            while (await app.hooks.all())[0].delivered < len(changes):
                pass  # the last answer is on its way into the record
        second.terminate()
        assert await second.wait() == 0
    assert held == 2
    told = {json.loads(one.body)["data"]["change"]["story"] for one in site.kept.values()}
    assert told == {event.story for event in changes}
    assert all(is_genuine(one, added["secret"]) for one in site.received)
    (listed,) = await ended(await house.start("hooks", "list", "--json"))
    assert (listed["delivered"], listed["queued"], listed["dead"]) == (len(changes), 0, 0)
