"""Follow Kordon's stories with asyncio: as follow_changes.py, which says what happens.

Run it as `python follow_changes_async.py REDIS_URL [TOPIC]`; it needs nothing but redis-py.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import redis.asyncio
from redis.exceptions import ResponseError

GAP = {"kind": "gap"}  # changes are gone: read `stories` and every `story:<id>` anew


async def follow(
    client: redis.asyncio.Redis, topic: str, group: str, start: str = "0", patience: int = 2_000
) -> AsyncIterator[tuple[dict, dict[str, Any]]]:
    """Yield each event with the stories to read, as they are now, the event's own first.

    A story that is gone is None; one that was merged says where it went. Asking for the next
    event acknowledges this one.
    """
    prefix = f"kordon:v1:{{{topic}}}:"
    stream = f"{prefix}changes"
    try:
        await client.xgroup_create(stream, group, id=start, mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
    since = "0"
    while True:
        given = await last_given(client, stream, group)
        if since == ">" and (lost := await lost_after(client, prefix, given)):
            yield GAP, {}
            await client.xgroup_setid(stream, group, lost)  # all was read anew: this gap is over
            continue
        answer = await client.xreadgroup(group, "me", {stream: since}, count=100, block=patience)
        events = answer[0][1] if answer else []
        if since == ">" and await lost_after(client, prefix, given):  # dropped as we read
            await client.xgroup_setid(stream, group, given)  # it is told of above; these come again
            continue
        for event_id, fields in events:
            if fields:
                event = json.loads(fields["payload"])
                ids = named(event)
                texts = await client.mget([f"{prefix}story:{id_}" for id_ in ids])
                stories = (json.loads(text) if text else None for text in texts)
                yield event, dict(zip(ids, stories, strict=True))
            else:
                yield GAP, {}
            await client.xack(stream, group, event_id)
        since = since if events and since != ">" else ">"


def named(event: dict) -> list[str]:
    """Return the stories that an event says something new of."""
    both = event["kind"] in ("split", "merged")  # what split off has no event of its own
    return [event["story"], event["other"]] if both else [event["story"]]


async def last_given(client: redis.asyncio.Redis, stream: str, group: str) -> str:
    """Return the newest change that this group was given."""
    groups = {found["name"]: found for found in await client.xinfo_groups(stream)}
    return groups[group]["last-delivered-id"]


async def lost_after(client: redis.asyncio.Redis, prefix: str, given: str) -> str:
    """Return the newest change that was dropped, if one after `given` was; else nothing."""
    trimmed = await client.hget(f"{prefix}window", "trimmed") or "0-0"
    return trimmed if ordinal(given) < ordinal(trimmed) else ""


def ordinal(event_id: str) -> tuple[int, ...]:
    """Return an id as it is compared: by milliseconds, then by number."""
    return tuple(map(int, event_id.split("-")))


async def main(url: str, topic: str = "ukraine-border") -> None:
    """Print a line for each event."""
    client = redis.asyncio.Redis.from_url(url, decode_responses=True, protocol=2)
    async for event, stories in follow(client, topic, "example-async"):
        sizes = [story and story.get("size") for story in stories.values()]
        print(event.get("at"), event["kind"], event.get("title"), *sizes, flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:])) if sys.argv[1:] else sys.exit(__doc__)
