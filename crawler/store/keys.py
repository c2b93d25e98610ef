"""Every Redis key, spelled once. Hash tags keep what one script touches in one slot.

Private keys stand under `kordon:p1:`; `{crawl}` is the schedule and frontier, `{<topic>}` all of
one topic. Public keys (docs/reference/contract.md) stand under `kordon:<version>:`.
"""

from crawler.model import GenerationId, TopicId

PRIVATE = "kordon:p1"
PUBLIC = "kordon:v1"
RETIRED = "kordon:v0"
SCHEMA_VERSION = 2


def crawl(name: str) -> str:
    """Return the key of one part of the schedule and frontier."""
    return f"{PRIVATE}:{{crawl}}:{name}"


def frontier() -> dict[str, str]:
    """Return the keys of the schedule and frontier by the names its scripts use.

    Those that end in a colon are families; a script adds the rest of the name.
    """
    own = {name: crawl(spelled) for name, spelled in _FRONTIER.items()}
    return own | {"alerts": alerts()}


def hubs() -> str:
    """Return the key of the leases with hubs: hash, feed -> lease."""
    return crawl("hubs")


def bulletins() -> str:
    """Return the key of what a hub has to be told of our feeds: hash, topic -> record."""
    return crawl("bulletins")


def hooks() -> dict[str, str]:
    """Return the keys of the hooks and of what came of telling them; families end in a colon."""
    return {name: crawl(spelled) for name, spelled in _HOOKS.items()} | {"alerts": alerts()}


def alerts() -> str:
    """Return the public stream of what operators should look at."""
    return f"{PUBLIC}:{{crawl}}:alerts"


_FRONTIER = {
    # feeds: kept while registered
    "feeds": "feeds",  # hash: feed -> record
    "polls": "polls",  # hash: feed -> state
    "schedule": "schedule",  # hash: feed -> due time
    "paused": "paused",  # set of feeds
    "disabled": "disabled",  # set of feeds
    # entries: kept until they end; dead letters until their window has passed
    "entries": "entries",  # hash: entry -> record
    "attempts": "attempts",  # hash: entry -> count
    "reasons": "reasons",  # hash: entry -> why it last failed
    "losses": "losses",  # hash: entry -> leases lost in a row
    "dead": "dead",  # sorted set: entry by time of death
    "seen": "seen",  # sorted set: entry by when last listed; trimmed by age
    # work of either kind, queued or leased
    "queue": "queue:",  # + <kind>:<host>; sorted set: id by due time
    "due_f": "due:f",  # sorted set: id by due time
    "due_e": "due:e",
    "leased_f": "leased:f",  # sorted set: id by the lease's end
    "leased_e": "leased:e",
    "leases": "leases",  # hash: <kind>:<id> -> claim key, host, due time, worker
    "claimed": "claimed:",  # + <worker>; string, expires with its leases
    # hosts
    "turns_f": "turns:f",  # sorted set: host by the instant a claim may take work of this kind
    "turns_e": "turns:e",
    "host": "host:",  # + <host>; hash of slot, hold, turn, pause; expires
    "robots": "robots:",  # + <origin>; string, expires
    # what was passed over
    "skips": "skips:",  # + <day>; hash: reason -> count; expires
    "skipped": "skipped",  # list of the newest; trimmed by length
    # what was asked, and how feeds' pages ended
    "moved": "moved",  # hash: feed -> its own address and the host asked instead
    "ledger": "ledger:",  # + <day>; hash: host -> requests, bytes, ...; expires
    "fates": "fates:",  # + <day>; hash: feed and fate -> count; expires
}


def subscriptions() -> dict[str, str]:
    """Return the keys of the operator's own outlets and feeds; all are kept until removed."""
    return {name: crawl(spelled) for name, spelled in _SUBSCRIPTIONS.items()}


_SUBSCRIPTIONS = {
    "outlets": "own:outlets",  # hash: outlet -> record
    "feeds": "own:feeds",  # hash: feed -> record
    "removed": "own:removed",  # set of feeds
}


_HOOKS = {
    "hooks": "hooks",  # hash: hook -> record, its queue within; kept until removed
    "attempts": "hooks:attempts:",  # + <hook>; list of the newest; trimmed by length, expires
    "letters": "hooks:letters:",  # + <hook>; sorted set: dead letter by death; trimmed by age
}


def texts() -> dict[str, str]:
    """Return the keys of when texts were fetched; families end in a colon."""
    return {name: crawl(spelled) for name, spelled in _TEXTS.items()}


_TEXTS = {
    "outlets": "texts",  # set of outlets
    "outlet": "texts:",  # + <outlet>; sorted set: article by when its text was fetched; by term
}


def tokens() -> str:
    """Return the key of the hash of tokens for the API: id -> token; kept until revoked."""
    return crawl("tokens")


def tombstones() -> str:
    """Return the key of the hash of what was forgotten: subject -> tombstone; kept for good."""
    return crawl("forgotten")


def restoring() -> str:
    """Return the key of what a restore tries on the server: one key of the backup; expires."""
    return crawl("restoring")


def meta() -> str:
    """Return the key of the hash: schema version, generations in use, the recipe of each."""
    return f"{PRIVATE}:{{crawl}}:meta"


def private(topic_id: TopicId, name: str) -> str:
    """Return the key of one private part of a topic, whatever generation it belongs to."""
    return f"{PRIVATE}:{{{topic_id}}}:{name}"


def generation(topic_id: TopicId, which: GenerationId, name: str) -> str:
    """Return the key of one private part of a topic in one generation."""
    return private(topic_id, f"{which}:{name}")


def coming(topic_id: TopicId, which: GenerationId, name: str) -> str:
    """Return the key of what a generation that is still being built will publish."""
    return generation(topic_id, which, f"coming:{name}")


def lasting(topic_id: TopicId, name: str) -> str:
    """Return the key of one private part of a topic that every generation shares."""
    return private(topic_id, f"lasting:{name}")


def public(topic_id: TopicId, name: str) -> str:
    """Return the key of one public part of a topic."""
    return f"{PUBLIC}:{{{topic_id}}}:{name}"


def retired(topic_id: TopicId, name: str) -> str:
    """Return the key of one public part of a topic under the contract before this one."""
    return f"{RETIRED}:{{{topic_id}}}:{name}"
