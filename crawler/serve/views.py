"""The shapes of answers, as OpenAPI describes them.

Stories and changes are the published payloads themselves (crawler.contract), handed on byte for
byte; the views here describe them, and a test holds the two against each other.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

STORY = "9c1f0e6d2b7a4c35e8f1"
ARTICLE: dict[str, Any] = {
    "id": STORY,
    "url": "https://www.example.ua/news/krakivets-queue",
    "outlet": "example-ua",
    "outlet_name": "Example",
    "title": "Черги на кордоні з Польщею",
    "language": "uk",
    "published": "2026-11-22T11:55:00Z",
    "first_seen": "2026-11-22T12:00:00Z",
    "credits": ["ukrinform"],
    "places": ["xr-krakivets-korczowa"],
    "published_precision": "minute",
    "published_source": "feed",
    "published_clamped": False,
}


class ArticleView(BaseModel):
    """Facts of one article."""

    id: str
    url: str
    outlet: str
    outlet_name: str
    title: str
    language: str = Field(description="ISO 639-1, or empty")
    published: datetime | None
    first_seen: datetime
    credits: list[str] = Field(description="agencies and papers it names as its source")
    places: list[str]
    published_precision: str = Field("", description="`second`, `minute`, `day`, or empty")
    published_source: str = Field("", description="`feed`, `json-ld`, `meta`, `text`, or empty")
    published_clamped: bool = Field(
        default=False, description="it told a time yet to come: the fetch"
    )


class MemberView(ArticleView):
    """An article in its story."""

    relation: str = Field(description="to the canonical article", examples=["copy"])


class StoryView(BaseModel):
    """A story as it stands: a group of articles that are one text."""

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "id": STORY,
                    "topic": "ukraine-border",
                    "version": 1,
                    "created": "2026-11-22T12:00:00Z",
                    "updated": "2026-11-22T12:00:00Z",
                    "canonical": ARTICLE,
                    "size": 1,
                    "outlets": ["example-ua"],
                    "languages": ["uk"],
                    "places": ["xr-krakivets-korczowa"],
                    "members": [ARTICLE | {"relation": "copy"}],
                    "linked": [],
                }
            ]
        }
    }

    id: str
    topic: str
    version: int
    created: datetime
    updated: datetime
    canonical: ArticleView
    size: int
    outlets: list[str]
    languages: list[str]
    places: list[str]
    members: list[MemberView] = Field(description="by arrival, the first hundred")
    linked: list[str]


class StoryPage(BaseModel):
    """Stories, newest first."""

    stories: list[StoryView]
    next: str | None = Field(description="give it as `cursor` for the following page")
    complete: bool = Field(description="false while the index is being built")
    position: str = Field(description="follow `changes` after this id to hear what happened since")
    state_controlled: list[str] = Field(description="outlets among them that a state controls")


class StoryDetail(BaseModel):
    """A story with what may be shown of its text."""

    story: StoryView
    excerpt: str = Field(description="of the canonical article; empty where its outlet objects")
    state_controlled: list[str]


class TieView(BaseModel):
    """A verified relation: `one` is a <relation> of `other`."""

    one: str
    other: str
    relation: str
    jaccard: float
    one_in_other: float = Field(description="share of one's shingles found in the other, 0 to 1")
    other_in_one: float


class Relations(BaseModel):
    """The verified relations of a story's first hundred members."""

    relations: list[TieView]


class ChangeView(BaseModel):
    """One event in a story's life."""

    kind: str = Field(examples=["joined"])
    story: str
    topic: str
    at: datetime
    version: int
    title: str
    url: str
    article: ArticleView | None
    relation: str | None
    other: str | None
    article_id: str | None = Field(None, description="also of one that was forgotten")


class ChangeEntry(BaseModel):
    """A change with its id in the stream."""

    id: str = Field(examples=["1795348800000-0"])
    change: ChangeView


class Changes(BaseModel):
    """Changes, oldest first."""

    changes: list[ChangeEntry]
    first: str = Field(description="the first change that can still be read; empty if none can")
    last: str = Field(description="the newest there ever was")
    missed: bool = Field(description="changes after the id asked for are gone: read all stories")


class ArticleDetail(BaseModel):
    """An article with its story and what it is to others."""

    article: ArticleView
    story: str
    relations: list[TieView]
    excerpt: str
    text: str | None = Field(description="only where its outlet allows full texts")
    state_controlled: bool


class TopicView(BaseModel):
    """A topic and how much is known of it."""

    id: str
    articles: int
    stories: int
    complete: bool = Field(description="false while its index is being built")


class Topics(BaseModel):
    """The topics that are served."""

    topics: list[TopicView]


class OutletView(BaseModel):
    """A publisher."""

    id: str
    name: str
    homepage: str
    country: str
    languages: list[str]
    kind: str
    state_controlled: bool
    time_zone: str
    redistribute: str
    closed: bool
    feeds: list[str] = Field(description="ids of the feeds that are polled")


class Outlets(BaseModel):
    """Publishers, by id."""

    outlets: list[OutletView]


class FeedView(BaseModel):
    """A feed that is polled, and how it does."""

    id: str
    outlet: str
    url: str
    enabled: bool
    paused: bool
    health: str = Field(examples=["healthy"])
    failures: int
    last_outcome: str
    next_poll: datetime | None
    last_poll: datetime | None
    last_new: datetime | None
    interval_seconds: float


class Feeds(BaseModel):
    """Feeds, by id."""

    feeds: list[FeedView]


class HostView(BaseModel):
    """A host that is asked."""

    host: str
    pause_seconds: float
    next_turn: datetime | None
    held_until: datetime | None
    feeds: int
    entries: int


class Hosts(BaseModel):
    """Hosts with work that waits, the next to be asked first."""

    hosts: list[HostView]


class PlaceView(BaseModel):
    """A place of the gazetteer."""

    id: str
    kind: str
    countries: list[str]
    names: dict[str, list[str]]
    latitude: float
    longitude: float
    approximate: bool
    border_km: float | None
    nearest_border: str


class Places(BaseModel):
    """Places, by id."""

    places: list[PlaceView]


class DeadEntry(BaseModel):
    """A page that was given up."""

    id: str
    url: str
    outlet: str
    attempts: int
    reason: str
    at: datetime | None


class DeadEntries(BaseModel):
    """Pages that were given up, the newest first."""

    entries: list[DeadEntry]


class AlertView(BaseModel):
    """A health that changed to, or from, something somebody should look at."""

    about: str = Field(description="`feed`, or `hook` whose id stands in `feed` then")
    feed: str
    outlet: str
    url: str
    was: str
    health: str
    outcome: str
    at: datetime


class Alerts(BaseModel):
    """Alerts, the newest first."""

    alerts: list[AlertView]


class CensusView(BaseModel):
    """How much work there is."""

    due: int
    due_feeds: int
    leased: int
    later: int
    dead: int
    skipped: dict[str, int] = Field(description="by reason, over thirty days")


class Retry(BaseModel):
    """Which dead entries to put back."""

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"entries": [STORY]}]}}

    entries: list[str] | None = Field(
        default=None, max_length=1_000, description="ids; every one when absent"
    )


class Forgetting(BaseModel):
    """What to forget, and why."""

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"why": "on request"}]}}

    why: str = Field(min_length=1, max_length=500)


class Done(BaseModel):
    """What a verb did."""

    model_config = {"json_schema_extra": {"examples": [{"done": 1}]}}

    done: int = Field(description="how many were changed")
