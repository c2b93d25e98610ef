"""Stories as lists show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.catalog.facets import is_crossing, place_of
from crawler.contract import MemberPayload, StoryPayload, read_story
from crawler.model import OutletId, PlaceId, StoryId, TopicId
from crawler.serve.narrowing import Outlets
from crawler.serve.service import Service

SPREAD = timedelta(hours=6)  # in which a fast story reaches its outlets
MOST_PLACES = 3  # named on a card


@dataclass(frozen=True, slots=True)
class Source:
    """An outlet as it is named everywhere: never without the state that controls it."""

    id: str
    name: str
    controlled: bool
    country: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A story in a list."""

    id: str
    title: str
    language: str
    created: datetime  # when we first saw it
    source: Source
    size: int  # articles
    outlets: int
    controlled: int  # outlets among them that a state controls
    places: Sequence[str]  # ids
    early: int  # outlets that carried it within `SPREAD` of the first
    address: str


async def cards_of(
    service: Service, topic: TopicId, stories: Sequence[StoryId], outlets: Outlets
) -> list[Card]:
    """Return these stories as cards, in their order; those merged or gone are left out."""
    payloads = await service.published.payloads(topic, stories)
    read = (read_story(payloads[id_]) for id_ in stories if id_ in payloads)
    return [card_of(topic, one, outlets) for one in read if isinstance(one, StoryPayload)]


def card_of(topic: TopicId, story: StoryPayload, outlets: Outlets) -> Card:
    """Return a story as a card."""
    canonical = story.canonical
    return Card(
        id=story.id,
        title=canonical.title or canonical.url,
        language=canonical.language,
        created=story.created,
        source=source_of(canonical.outlet, outlets, canonical.outlet_name),
        size=story.size,
        outlets=len(story.outlets),
        controlled=sum(source_of(name, outlets).controlled for name in story.outlets),
        places=_places(story.places),
        early=early_outlets(story.members),
        address=story_address(topic, StoryId(story.id)),
    )


def source_of(name: str, outlets: Outlets, spelled: str = "") -> Source:
    """Return an outlet as it is named; one that no catalogue lists any more by what is known."""
    known = outlets.get(OutletId(name))
    if known is None:
        return Source(name, spelled or name, controlled=False)
    return Source(name, known.name or spelled or name, known.state_controlled, known.country)


def story_address(topic: TopicId, story: StoryId) -> str:
    """Return where the page shows a story."""
    return f"/topics/{topic}/stories/{story}"


def moment(member: MemberPayload) -> datetime:
    """Return when an article appeared, as far as that can be known.

    Outlets that date articles into the future are taken at the time we first saw them.
    """
    return member.published if member.published and is_dated(member) else member.first_seen


def is_dated(member: MemberPayload) -> bool:
    """Tell whether the outlet's own date is when an article appeared."""
    return member.published is not None and member.published <= member.first_seen


def early_outlets(members: Iterable[MemberPayload]) -> int:
    """Return how many outlets carried a story within `SPREAD` of its first article."""
    times = [(moment(member), member.outlet) for member in members]
    latest = min((at for at, _ in times), default=datetime.min.replace(tzinfo=UTC)) + SPREAD
    return len({outlet for at, outlet in times if at <= latest})


def fastest(cards: Iterable[Card], limit: int) -> list[Card]:
    """Return the stories that most outlets carried soonest."""
    spreading = [card for card in cards if card.early > 1]
    order = sorted(spreading, key=lambda card: (card.early, card.outlets, card.created))
    return order[::-1][:limit]


def _places(names: Sequence[str]) -> list[str]:
    """Return the places to name: crossings before others, each kind as it was named most."""
    known = [(name, place) for name in names if (place := place_of(PlaceId(name)))]
    order = sorted(known, key=lambda one: not is_crossing(one[1]))
    return [name for name, _ in order[:MOST_PLACES]]
