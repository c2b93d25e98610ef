"""What the routes work with, and how they get it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Path, Request

from crawler.account import Account
from crawler.catalog.topics import TOPIC_ID
from crawler.forget import Forget
from crawler.listing import Listing
from crawler.model import TopicId
from crawler.ports import Announcements, Clock, Frontier, Hooks, Published, Rulings, Stories, Tokens
from crawler.push import Push
from crawler.rule import Rule
from crawler.serve.problems import Problem
from crawler.store.search.index import SearchIndex


@dataclass(frozen=True, slots=True)
class Service:
    """The ports that are served, and under which terms."""

    clock: Clock
    published: Published
    stories: Stories
    frontier: Frontier
    listing: Listing
    forget: Forget
    rule: Rule
    rulings: Rulings
    account: Account
    tokens: Tokens
    hooks: Hooks
    announcements: Announcements
    push: Push
    indexes: Mapping[TopicId, SearchIndex]  # one for each topic that is served
    open_reads: bool  # bound to loopback: reading needs no token there
    names: Mapping[TopicId, str] = field(default_factory=dict)  # of topics, as people read them
    public_url: str = ""  # where we are reached; empty: as we are asked
    hub_url: str = ""  # of our feeds
    reads_per_second: float = 100.0  # of one address; half a second's worth at once besides
    writes_per_second: float = 5.0
    streams: int = 100  # event streams at once
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def service_of(request: Request) -> Service:
    """Return what the application serves."""
    found: Service = request.app.state.service
    return found


Served = Annotated[Service, Depends(service_of)]


def topic_of(
    service: Served,
    topic: Annotated[
        str,
        Path(pattern=f"^{TOPIC_ID}$", examples=["ukraine-border"]),
    ],
) -> TopicId:
    """Return the topic of a path.

    Raises:
        Problem: It is not served here.
    """
    if topic not in service.indexes:
        raise Problem(404, f"there is no topic {topic} here", key="no-topic", name=topic)
    return TopicId(topic)


Topic = Annotated[TopicId, Depends(topic_of)]
