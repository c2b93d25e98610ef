"""What views are narrowed to; all of it stands in the address, so that a view can be shared."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, Field, field_validator

from crawler.catalog.facets import borders
from crawler.catalog.topics import TOPIC_ID
from crawler.model import Outlet, OutletId
from crawler.serve.stories import MAX_QUERY_LETTERS, MAX_QUERY_WORDS, NAME
from crawler.store.search_query import Wanted
from crawler.text.lemmas import wanted

Outlets = Mapping[OutletId, Outlet]
GROUPS = ("language", "origin", "control", "border", "place", "outlet")


class Window(StrEnum):
    """How far back a view looks."""

    DAY = "24h"
    THREE_DAYS = "3d"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def length(self) -> timedelta:
        """How long it is."""
        number, unit = int(self[:-1]), self[-1]
        return timedelta(hours=number) if unit == "h" else timedelta(days=number)


class Control(StrEnum):
    """Whether a state controls outlets that carry a story."""

    ANY = ""
    STATE = "state"  # at least one of them
    OTHERS = "others"  # none of them


class Filters(BaseModel):
    """The parameters that views share; everything given must hold."""

    topic: str = Field("", pattern=f"^({TOPIC_ID})?$")
    window: Window = Window.DAY
    language: str = Field("", pattern="^([a-z]{2})?$")
    origin: str = Field("", pattern="^([A-Z]{2})?$")  # the country of an outlet
    control: Control = Control.ANY
    border: str = Field("", pattern="^([A-Z]{2}-[A-Z]{2})?$")
    place: str = Field("", pattern=NAME)
    outlet: str = Field("", pattern=NAME)
    q: str = Field("", max_length=MAX_QUERY_LETTERS)

    @field_validator("border")
    @classmethod
    def _is_known(cls, section: str) -> str:
        """Refuse a section that no place can ever lie at."""
        if section and section not in borders():
            raise ValueError("no such section")
        return section

    @field_validator("q")
    @classmethod
    def _stripped(cls, words: str) -> str:
        return words.strip()

    def given(self) -> dict[str, str]:
        """Return the parameters as an address holds them, without those left as they are."""
        return {name: str(value) for name, value in self.model_dump(exclude_defaults=True).items()}

    @property
    def terms(self) -> list[frozenset[str]]:
        """The words that are searched for, each in all its forms."""
        return wanted(self.q)[:MAX_QUERY_WORDS]

    def wanted(self, outlets: Outlets, now: datetime) -> Wanted:
        """Return the search they amount to."""
        conditions = conditions_of(self, outlets).values()
        return Wanted(
            terms=self.terms,
            either=[one.some for one in conditions if not one.inverted],
            none=frozenset().union(*(one.some for one in conditions if one.inverted)),
            since=now - self.window.length,
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """A story must have at least one of these facets, or none when inverted."""

    some: frozenset[str]
    inverted: bool = False

    def holds(self, facets: AbstractSet[str]) -> bool:
        """Tell whether a story with these facets meets it."""
        return self.some.isdisjoint(facets) is self.inverted


def conditions_of(asked: Filters, outlets: Outlets) -> Mapping[str, Condition]:
    """Return the conditions that the filters set, by group."""
    plain = {
        kind: Condition(frozenset({f"{kind}:{name}"}))
        for kind in ("language", "border", "place", "outlet")
        if (name := getattr(asked, kind))
    }
    if asked.origin:
        plain["origin"] = Condition(origins(outlets).get(asked.origin, frozenset()))
    if asked.q and not asked.terms:
        plain["words"] = Condition(frozenset())  # signs alone stand in no story's words
    if asked.control:
        plain["control"] = Condition(controlled(outlets), asked.control is Control.OTHERS)
    return plain


def origins(outlets: Outlets) -> Mapping[str, frozenset[str]]:
    """Return the outlets' facets by the country that each outlet is from."""
    found: dict[str, set[str]] = {}
    for outlet in outlets.values():
        if outlet.country:
            found.setdefault(outlet.country, set()).add(f"outlet:{outlet.id}")
    return {country: frozenset(facets) for country, facets in found.items()}


def controlled(outlets: Outlets) -> frozenset[str]:
    """Return the facets of outlets that a state controls."""
    return frozenset(f"outlet:{one.id}" for one in outlets.values() if one.state_controlled)
