"""Follow Kordon's stories from the first event it still holds, across restarts of our own.

Run it as `python follow_changes.py [REDIS_URL] [TOPIC]`; it needs nothing but redis-py.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis


def follow(client: redis.Redis, topic: str, group: str) -> Iterator[tuple[dict, Any]]:
    """Yield each event with its story as it is now; asking for the next acknowledges it."""
    prefix = f"kordon:v1:{{{topic}}}:"
    try:
        client.xgroup_create(f"{prefix}changes", group, id="0", mkstream=True)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
    since = "0"  # first what we were given before a restart and never acknowledged
    while True:
        answer = client.xreadgroup(group, "me", {f"{prefix}changes": since}, count=100, block=2000)
        events = answer[0][1] if answer else []
        for event_id, fields in events:
            story = client.get(f"{prefix}story:{fields['story']}")
            yield json.loads(fields["payload"]), json.loads(story) if story else None
            client.xack(f"{prefix}changes", group, event_id)
        since = since if events and since != ">" else ">"


def main(url: str = "", topic: str = "ukraine-border") -> None:
    """Print a line for each event."""
    client = redis.Redis.from_url(url or embedded(), decode_responses=True, protocol=2)
    for event, story in follow(client, topic, "example"):
        print(event["at"], event["kind"], event["title"], story and story.get("size"), flush=True)


def embedded() -> str:
    """Return the address of the server Kordon runs for itself."""
    kordon = Path(sys.executable).with_name("kordon")
    status = subprocess.run([kordon, "server", "status", "--json"], stdout=-1, check=True)
    return f"unix://{json.loads(status.stdout)['socket']}"


if __name__ == "__main__":
    main(*sys.argv[1:])
