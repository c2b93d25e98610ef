"""What stories are narrowed to, wherever they are listed: over HTTP, in feeds, on the page."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from crawler.catalog.facets import KINDS
from crawler.model import Outlet, OutletId
from crawler.serve.problems import Problem
from crawler.store.search.query import Wanted
from crawler.text.lemmas import wanted

Outlets = Mapping[OutletId, Outlet]

MAX_QUERY_LETTERS = 200
MAX_QUERY_WORDS = 16
MOST_NAMES = 50  # of one kind
NAME = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$"
LANGUAGE, COUNTRY, BORDER = "^([a-z]{2})?$", "^([A-Z]{2})?$", "^([A-Z]{2}-[A-Z]{2})?$"

Name = Annotated[str, StringConstraints(pattern=NAME)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Country = Annotated[str, StringConstraints(pattern=COUNTRY)]
Border = Annotated[str, StringConstraints(pattern=BORDER)]


class Control(StrEnum):
    """Whether a state controls outlets that carry a story."""

    ANY = ""
    STATE = "state"  # at least one of them
    OTHERS = "others"  # none of them


class Narrowing(BaseModel):
    """Everything given must hold; of several of one kind, any."""

    q: str = Field(
        "", max_length=MAX_QUERY_LETTERS, description="words in any form; there are no operators"
    )
    language: list[Language] = Field([], max_length=MOST_NAMES, description="such as uk")
    outlet: list[Name] = Field([], max_length=MOST_NAMES)
    place: list[Name] = Field(
        [], max_length=MOST_NAMES, description="gazetteer ids, such as x-pl-shehyni-medyka"
    )
    country: list[Country] = Field(
        [], max_length=MOST_NAMES, description="a place lies in, such as PL"
    )
    border: list[Border] = Field([], max_length=MOST_NAMES, description="such as UA-PL")
    origin: list[Country] = Field(
        [], max_length=MOST_NAMES, description="the country of an outlet that carries it"
    )
    control: Control = Field(
        Control.ANY, description="`state`: some outlet is state-controlled; `others`: none is"
    )

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """What stories must have, by its kind."""
        given = {kind: [one for one in getattr(self, kind) if one] for kind in (*KINDS, "origin")}
        return {kind: names for kind, names in given.items() if names}

    def wanted(self, outlets: Outlets) -> Wanted:
        """Return the search they amount to.

        Raises:
            Problem: 422 when words are asked for and none is there.
        """
        terms = terms_of(self.q)
        if self.q.strip() and not terms:
            raise Problem(422, "q: there is no word in it to search for; give letters or digits")
        return wanted_by(conditions(self.named, self.control, outlets).values(), terms)


@dataclass(frozen=True, slots=True)
class Condition:
    """A story must have at least one of these facets, or none when inverted."""

    some: frozenset[str]
    inverted: bool = False

    def holds(self, facets: AbstractSet[str]) -> bool:
        """Tell whether a story with these facets meets it."""
        return self.some.isdisjoint(facets) is self.inverted


def terms_of(words: str) -> list[frozenset[str]]:
    """Return the words that are searched for, each in all its forms."""
    return wanted(words)[:MAX_QUERY_WORDS]


def wanted_by(conditions: Iterable[Condition], terms: Sequence[frozenset[str]] = ()) -> Wanted:
    """Return the search for stories that meet all conditions and have all words."""
    all_of = list(conditions)
    return Wanted(
        terms=terms,
        either=[one.some for one in all_of if not one.inverted],
        none=frozenset().union(*(one.some for one in all_of if one.inverted)),
    )


def conditions(
    named: Mapping[str, Sequence[str]], control: Control, outlets: Outlets
) -> dict[str, Condition]:
    """Return what stories must meet, by group.

    Args:
        named: Kind of facet, or `origin`, to the names of which a story must have one.
        control: Who may carry it.
        outlets: Which of them are from where, and whose.
    """
    found = {kind: Condition(_facets(kind, names)) for kind, names in named.items()}
    if "origin" in named:
        known = origins(outlets)
        some = (known.get(country, frozenset()) for country in named["origin"])
        found["origin"] = Condition(frozenset().union(*some))
    if control:
        found["control"] = Condition(controlled(outlets), control is Control.OTHERS)
    return found


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


def _facets(kind: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{kind}:{name}" for name in names)
