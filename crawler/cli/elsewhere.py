"""Topics that hold something, beside those that were looked in."""

from collections.abc import Sequence

from crawler.app import App
from crawler.catalog.topics import topic_ids
from crawler.cli.console import say
from crawler.model import TopicId


async def kept_elsewhere(app: App) -> Sequence[tuple[TopicId, int]]:
    """Return the topics that were not looked in and keep stories, with how many."""
    others = [name for name in topic_ids(app.config.own_topics) if name not in app.config.topics]
    counts = [(name, (await app.stories.count(name))[1]) for name in others]
    return [(name, stories) for name, stories in counts if stories]


def print_elsewhere(found: Sequence[tuple[TopicId, int]]) -> None:
    """Tell where else to look."""
    for name, stories in found:
        kept = "1 story" if stories == 1 else f"{stories:,} stories"
        verb = "is" if stories == 1 else "are"
        say(f"{kept} of the topic {name} {verb} kept: --topic {name}")
