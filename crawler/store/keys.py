"""Every Redis key, spelled once. Hash tags keep what one script touches in one slot.

Private keys stand under `kordon:p1:`; `{crawl}` is the schedule and frontier, `{<topic>}` all of
one topic. Public keys (docs/reference/contract.md) stand under `kordon:<version>:`.
"""

from crawler.model import RecipeId, TopicId

PRIVATE = "kordon:p1"
PUBLIC = "kordon:v0"
SCHEMA_VERSION = 1


def crawl(name: str) -> str:
    """Return the key of one part of the schedule and frontier."""
    return f"{PRIVATE}:{{crawl}}:{name}"


def meta() -> str:
    """Return the key of the hash that holds schema version and recipe id."""
    return f"{PRIVATE}:{{crawl}}:meta"


def topic(topic_id: TopicId, recipe: RecipeId, name: str) -> str:
    """Return the key of one private part of a topic under one recipe."""
    return f"{PRIVATE}:{{{topic_id}}}:{recipe}:{name}"


def public(topic_id: TopicId, name: str) -> str:
    """Return the key of one public part of a topic."""
    return f"{PUBLIC}:{{{topic_id}}}:{name}"
