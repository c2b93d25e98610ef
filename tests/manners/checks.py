"""How a check is written, and what one found."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.manners.world import World

Live = Callable[[World], Awaitable[str]]


@dataclass(frozen=True)
class Check:
    """One rule in one situation; `live` tells in the words of `expected` what was seen."""

    rule: str
    situation: str
    expected: str
    live: Live
    changes: Mapping[str, Any] = field(default_factory=dict)  # of settings


@dataclass(frozen=True)
class Seen:
    """What a check found."""

    check: Check
    seen: str

    @property
    def passed(self) -> bool:
        return self.seen == self.check.expected


CHECKS: list[Check] = []


def check(rule: str, situation: str, expected: str, **changes: Any) -> Callable[[Live], Live]:
    """Put a function that lives through a situation on the card."""

    def put(live: Live) -> Live:
        CHECKS.append(Check(rule, situation, expected, live, changes))
        return live

    return put


def said(expected: str, *, holds: bool, otherwise: object) -> str:
    """Return the expectation where it holds, else what was seen in its place."""
    return expected if holds else f"no: {otherwise}"


def card(found: list[Seen]) -> str:
    """Return the score card as a Markdown table."""
    passed = sum(seen.passed for seen in found)
    lines = [f"{passed} of {len(found)} checks pass.", ""]
    lines += ["| # | rule | situation | expected | seen | pass |", "|---|---|---|---|---|---|"]
    for number, seen in enumerate(found, 1):
        one = seen.check
        mark = "yes" if seen.passed else "**no**"
        lines.append(
            f"| {number} | {one.rule} | {one.situation} | {one.expected} | {seen.seen} | {mark} |"
        )
    return "\n".join(lines) + "\n"
