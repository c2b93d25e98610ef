"""The feeds of the frontier's twin: what is known of each, and which of them wait to be polled.

All times are whole milliseconds, as in Redis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.model import Feed, FeedId, FeedState
from crawler.store.memory.work import MemoryWork, Work
from crawler.store.records import host_at, instant


@dataclass(slots=True)
class Registered:
    """A feed with what was learned of it and what the operator wants."""

    feed: Feed
    due: int
    state: FeedState
    paused: bool = False

    @property
    def scheduled(self) -> bool:
        """Whether it is to be polled at all."""
        return self.feed.enabled and not self.paused

    @property
    def address(self) -> str:
        """Where it is asked for."""
        return replace(self.state, feed=self.feed).address

    @property
    def seen_by_operator(self) -> FeedState:
        """Its state under the feed as it is registered now, with its due time."""
        return replace(self.state, feed=self.feed, next_poll=instant(self.due), paused=self.paused)


class MemoryFeeds:
    """Every registered feed; those that are scheduled stand in the queues."""

    def __init__(self, work: MemoryWork) -> None:
        self._work = work
        self._feeds: dict[FeedId, Registered] = {}

    def register(self, feed: Feed, now: int) -> bool:
        """Hold this feed, due at once if it is new; tell whether it is."""
        known = self._feeds.get(feed.id)
        if known is None:
            self._feeds[feed.id] = Registered(feed, now, FeedState(feed))
        else:
            known.feed = feed
        self._schedule(feed.id)
        return known is None

    def state(self, feed: FeedId) -> FeedState:
        """The state of a feed as an operator sees it."""
        return self._feeds[feed].seen_by_operator

    def states(self) -> Sequence[FeedState]:
        """The states of all feeds, by id."""
        return [known.seen_by_operator for _, known in sorted(self._feeds.items())]

    def learn(self, feed: FeedId, state: FeedState, due: int) -> None:
        """Keep what a poll taught, and queue the next one."""
        known = self._feeds[feed]
        known.state, known.due = state, due
        self._schedule(feed)

    def pause(self, feed: FeedId, *, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        known = self._feeds.get(feed)
        if known is None:
            return False
        known.paused = paused
        self._schedule(feed)
        return True

    def hasten(self, feeds: Sequence[FeedId] | None, now: int) -> int:
        """Make these feeds (None: every) due now if they are queued; count them."""
        queued = self._work.queued("f")
        waiting = [work for work in queued if feeds is None or work.id in feeds]
        for work in waiting:
            work.due = min(work.due, now)
            self._feeds[FeedId(work.id)].due = work.due
        return len(waiting)

    def requeue(self, work: Work) -> None:
        """Queue a feed whose lease came to nothing as it was before, if it is still scheduled."""
        known = self._feeds[FeedId(work.id)]
        if known.scheduled:
            self._work.queue("f", work.id, host_at(known.address), work.due)

    def _schedule(self, feed: FeedId) -> None:
        """Queue the feed if it is scheduled; while it is leased, the lease's end does."""
        work = self._work.find("f", feed)
        if work is not None and work.key:
            return
        self._work.drop("f", feed)
        known = self._feeds[feed]
        if known.scheduled:
            self._work.queue("f", feed, host_at(known.address), known.due)
