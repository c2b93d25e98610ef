"""When a permanent redirect is believed: the evidence for a feed's new address.

A redirect is easily sent by mistake, by a captive portal or by whoever bought the domain; an
address that was adopted too soon is a feed lost.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.model import FeedState

SIGHTINGS = 3
LONG_ENOUGH = timedelta(days=1)
FAILURES_TO_GO_BACK = 5  # in a row at the adopted address


def sighted(state: FeedState, target: str, now: datetime) -> FeedState:
    """Return the state with what a permanent redirect adds to the evidence of a move.

    Args:
        state: Before this answer.
        target: Where the redirects led; empty when there was none, or the first was temporary.
        now: When the answer came.
    """
    if not target and not state.moved_to:
        return state
    if not target:
        return replace(state, moved_to="", moved_since=None, moved_sightings=0)
    if target != state.moved_to:
        return replace(state, moved_to=target, moved_since=now, moved_sightings=1)
    return replace(state, moved_sightings=state.moved_sightings + 1)


def settled(state: FeedState, now: datetime) -> FeedState:
    """Return the state under its new address, once that has been seen often and long enough.

    What the address gives must have been read as a feed since the move was first seen.
    """
    since, read = state.moved_since, state.last_listed
    if since is None or read is None or read < since:
        return state
    if state.moved_sightings < SIGHTINGS or now - since < LONG_ENOUGH:
        return state
    settled_there = replace(state, adopted=state.moved_to, adopted_for=state.feed.url)
    return sighted(settled_there, "", now)


def gone_back(state: FeedState, *, gone: bool) -> FeedState:
    """Return the state under the feed's own address again when the adopted one has failed it."""
    if state.adopted and (gone or state.failures >= FAILURES_TO_GO_BACK):
        return replace(state, adopted="", adopted_for="")
    return state
