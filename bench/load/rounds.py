"""What the rounds of bench/load/polling.py are, for whoever is measured in them."""

from urllib.request import urlopen

ADDRESSES = 50
CHANGED_SHARE = 5  # one in so many
ROUNDS = ("first", "unchanged", "changed")


def addresses(feeds: int, port: int) -> list[str]:
    return [f"http://127.0.1.{n % ADDRESSES + 1}:{port}/feed/{n}" for n in range(feeds)]


def set_round(port: int, number: int) -> None:
    with urlopen(f"http://127.0.1.1:{port}/round/{number}") as answer:
        answer.read()


def figures(cpu: dict[str, float], wall: dict[str, float], feeds: int) -> dict[str, float]:
    changed = feeds // CHANGED_SHARE
    unchanged_ms = 1_000 * cpu["unchanged"] / feeds
    last = 1_000 * cpu["changed"] - unchanged_ms * (feeds - changed)
    return {
        "cpu_ms_per_first_poll": round(1_000 * cpu["first"] / feeds, 2),
        "cpu_ms_per_unchanged": round(unchanged_ms, 2),
        "cpu_ms_per_changed": round(last / changed, 2),
        "feeds_per_second_unchanged": round(feeds / wall["unchanged"]),
        "feeds_per_second_first": round(feeds / wall["first"]),
    }
