"""Follow Kordon's stories with a consumer group, across restarts of our own.

Run it as `python follow_changes.py [REDIS_URL] [TOPIC]`, until Ctrl-C; it needs nothing but
redis-py. What was given out and not acknowledged comes again; who slept past the window is told by
a `gap`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis

GAP = {"kind": "gap"}  # changes are gone: read `stories` and every `story:<id>` anew


def follow(
    client: redis.Redis, topic: str, group: str, start: str = "0", patience: int = 2_000
) -> Iterator[tuple[dict, dict[str, Any]]]:
    """Yield each event with the stories to read, as they are now, the event's own first.

    A story that is gone is None; one that was merged says where it went. Asking for the next
    event acknowledges this one.
    """
    prefix = f"kordon:v1:{{{topic}}}:"
    stream = f"{prefix}changes"
    try:
        client.xgroup_create(stream, group, id=start, mkstream=True)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
    since = "0"  # first what we were given before a restart and never acknowledged
    while True:
        given = last_given(client, stream, group)
        if since == ">" and (lost := lost_after(client, prefix, given)):
            yield GAP, {}
            client.xgroup_setid(stream, group, lost)  # all was read anew: this gap is over
            continue
        answer = client.xreadgroup(group, "me", {stream: since}, count=100, block=patience)
        events = answer[0][1] if answer else []
        if since == ">" and lost_after(client, prefix, given):  # dropped as we read
            client.xgroup_setid(stream, group, given)  # it is told of above; these come again
            continue
        for event_id, fields in events:
            if fields:
                event = json.loads(fields["payload"])
                ids = named(event)
                texts = client.mget([f"{prefix}story:{id_}" for id_ in ids])
                stories = (json.loads(text) if text else None for text in texts)
                yield event, dict(zip(ids, stories, strict=True))
            else:  # trimmed, or forgotten on purpose, since it was given to us
                yield GAP, {}
            client.xack(stream, group, event_id)
        since = since if events and since != ">" else ">"


def named(event: dict) -> list[str]:
    """Return the stories that an event says something new of."""
    both = event["kind"] in ("split", "merged")  # what split off has no event of its own
    return [event["story"], event["other"]] if both else [event["story"]]


def last_given(client: redis.Redis, stream: str, group: str) -> str:
    """Return the newest change that this group was given."""
    groups = {found["name"]: found for found in client.xinfo_groups(stream)}
    return groups[group]["last-delivered-id"]


def lost_after(client: redis.Redis, prefix: str, given: str) -> str:
    """Return the newest change that was dropped, if one after `given` was; else nothing."""
    trimmed = client.hget(f"{prefix}window", "trimmed") or "0-0"
    return trimmed if ordinal(given) < ordinal(trimmed) else ""


def ordinal(event_id: str) -> tuple[int, ...]:
    """Return an id as it is compared: by milliseconds, then by number."""
    return tuple(map(int, event_id.split("-")))


def main(url: str = "", topic: str = "ukraine-border") -> None:
    """Print a line for each event."""
    client = redis.Redis.from_url(url or embedded(), decode_responses=True, protocol=2)
    for event, stories in follow(client, topic, "example"):
        sizes = [story and story.get("size") for story in stories.values()]
        print(event.get("at"), event["kind"], event.get("title"), *sizes, flush=True)


def embedded() -> str:
    """Return the address of the server Kordon runs for itself; starts it where it rests."""
    kordon = Path(sys.executable).with_name("kordon")
    started = subprocess.run([kordon, "server", "start", "--json"], stdout=-1, check=True)
    return f"unix://{json.loads(started.stdout)['socket']}"


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
