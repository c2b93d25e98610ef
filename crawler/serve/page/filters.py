"""What views are narrowed to; all of it stands in the address, so that a view can be shared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, Field, field_validator

from crawler.catalog.facets import borders
from crawler.catalog.topics import TOPIC_ID
from crawler.serve.narrowing import (
    BORDER,
    COUNTRY,
    LANGUAGE,
    MAX_QUERY_LETTERS,
    NAME,
    Condition,
    Control,
    Outlets,
    conditions,
    terms_of,
    wanted_by,
)
from crawler.store.search.query import Wanted


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


class Filters(BaseModel):
    """The parameters that views share; everything given must hold."""

    topic: str = Field("", pattern=f"^({TOPIC_ID})?$")
    window: Window = Window.DAY
    language: str = Field("", pattern=LANGUAGE)
    origin: str = Field("", pattern=COUNTRY)  # the country of an outlet
    control: Control = Control.ANY
    border: str = Field("", pattern=BORDER)
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
        dumped = self.model_dump(mode="json", exclude_defaults=True)
        return {name: str(value) for name, value in dumped.items()}

    @property
    def terms(self) -> list[frozenset[str]]:
        """The words that are searched for, each in all its forms."""
        return terms_of(self.q)

    def wanted(self, outlets: Outlets, now: datetime) -> Wanted:
        """Return the search they amount to."""
        found = wanted_by(conditions_of(self, outlets).values(), self.terms)
        since, until = self.span(now)
        return replace(found, since=since, until=until)

    def span(self, now: datetime) -> tuple[datetime, datetime | None]:
        """Return from when on stories are meant, and until when if not until now."""
        return now - self.window.length, None


def conditions_of(asked: Filters, outlets: Outlets) -> Mapping[str, Condition]:
    """Return the conditions that the filters set, by group."""
    kinds = ("language", "border", "place", "outlet", "origin")
    named = {kind: [name] for kind in kinds if (name := getattr(asked, kind))}
    found = conditions(named, asked.control, outlets)
    if asked.q and not asked.terms:
        found["words"] = Condition(frozenset())  # signs alone stand in no story's words
    return found
