"""The state that a poll leaves its feed in: what was learned of it, and when it is asked again."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.config import Config
from crawler.fetch.conditional import Modified, NotModified
from crawler.fetch.urls import host_of
from crawler.gathering import Gathered
from crawler.model import Entry, EntryId, FeedState, Rhythm, Validators, Wishes
from crawler.read.feed import FeedDocument
from crawler.schedule.backoff import retry_delay
from crawler.schedule.interval import next_wait, outside_skips, stable_jitter
from crawler.schedule.moves import gone_back, settled, sighted
from crawler.schedule.revisits import versions_after
from crawler.schedule.rhythm import expected_gap, first_impression, learned, wait_for_news
from crawler.schedule.trust import judged, marks_of, marks_of_versions, unlisted


class StateAfter:
    """The state after a poll, by how it ended; within the limits that the operator set."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def unchanged(self, state: FeedState, answer: NotModified, now: datetime) -> FeedState:
        """Return the state after an answer that nothing changed."""
        since = state.last_answer or now
        rhythm = learned(state.rhythm, (), since=since, until=now)
        return self._answered(state, rhythm, "not-modified", answer, now)

    def listed(
        self,
        state: FeedState,
        gathered: Gathered,
        now: datetime,
        *,
        plainly: bool,
        changed: Collection[EntryId],
        again: Collection[EntryId],
    ) -> FeedState:
        """Return the state after a body that was read, when none of it is unseen.

        What it says was revised is a reason to send it, though no news: `changed` are those
        entries, `again` the ones of them that are fetched again. `plainly` tells that it was asked
        for without the validators that are known.

        Those of an index that says nothing of its sitemaps' changes are not kept: with a 304 for
        it nobody would look at them.
        """
        outcome = gathered.outcome
        entries = tuple(gathered.entries.values())
        news = unlisted(state, entries)
        state = judged(state, outcome.validators, plainly=plainly, news=bool(news or changed))
        rhythm = rhythm_after(state, news, now)
        state = replace(
            state,
            wishes=wishes_of(gathered.document),
            stale=marks_of_versions(gathered.stale, state.stale),
            versions=versions_after(state.versions, entries, again, delta=outcome.delta),
            listed=marks_of(news if outcome.delta else entries, state.listed * outcome.delta),
            last_listed=now,
            last_news=now if news else state.last_news,
            gap_seconds=expected_gap(rhythm).total_seconds() if news else state.gap_seconds,
        )
        answered = self._answered(state, rhythm, "modified", outcome, now)
        return replace(answered, validators=Validators()) if gathered.document.silent else answered

    def retry_wait(self, state: FeedState) -> timedelta:
        """Return how long a feed is left alone that failed once more."""
        config = self._config
        wait = retry_delay(
            state.failures,
            first=config.poll_shortest,
            longest=config.poll_longest,
            jitter=stable_jitter(state.feed.id),
        )
        return max(wait, config.poll_shortest)

    def failed(self, state: FeedState, outcome: str, wait: timedelta, now: datetime) -> FeedState:
        """Return the state after a poll that brought nothing; the rhythm stays as it was."""
        failed = replace(
            state,
            failures=state.failures + 1,
            last_poll=now,
            last_outcome=outcome,
            next_poll=now + wait,
        )
        return gone_back(failed, gone=outcome == "gone")

    def _answered(
        self,
        state: FeedState,
        rhythm: Rhythm,
        outcome: str,
        answer: Modified | NotModified,
        now: datetime,
    ) -> FeedState:
        interval = self._interval(state, rhythm, answer.validators, now)
        state = settled(sighted(state, answer.moved_to, now), now)
        return replace(
            state,
            rhythm=rhythm,
            vain_changes=0 if outcome == "not-modified" else state.vain_changes,
            validators=answer.validators,
            interval_seconds=interval.total_seconds(),
            failures=0,
            last_poll=now,
            last_answer=now,
            last_outcome=outcome,
            next_poll=self._next_poll(state, interval, answer.floor, now),
        )

    def _interval(
        self, state: FeedState, rhythm: Rhythm, validators: Validators, now: datetime
    ) -> timedelta:
        config = self._config
        wanted = config.poll_first
        if rhythm.watched_by_day and (state.last_answer or rhythm.news_by_day):
            wanted = wait_for_news(
                rhythm,
                now,
                patience=config.poll_patience,
                longest=config.poll_longest,
            )
        return min(max(wanted, self._shortest(state, validators)), config.poll_longest)

    def _shortest(self, state: FeedState, validators: Validators) -> timedelta:
        """Return how soon the operator lets this feed be asked again."""
        if host_of(state.address) in self._config.poll_faster_hosts:
            return self._config.poll_faster
        conditional = validators != Validators()
        return self._config.poll_shortest if conditional else self._config.poll_unconditional

    def _next_poll(
        self, state: FeedState, interval: timedelta, floor: timedelta, now: datetime
    ) -> datetime:
        longest, wishes = self._config.poll_longest, state.wishes
        wait = next_wait(
            interval,
            floor=max(floor, timedelta(seconds=wishes.floor_seconds)),
            longest=longest,
            jitter=stable_jitter(state.feed.id),
        )
        return outside_skips(
            now + wait,
            hours=wishes.skip_hours,
            days=wishes.skip_days,
            latest=now + max(wait, longest),
        )


def rhythm_after(state: FeedState, news: Sequence[Entry], now: datetime) -> Rhythm:
    """Return a feed's rhythm after a body with these entries new to it; an outage is looked over.

    What a feed lists on the first day tells as much as its own dates do.
    """
    published = [entry.published for entry in news]
    if state.last_answer is None:
        return first_impression(published, now)
    return learned(state.rhythm, published, since=state.last_answer, until=now)


def wishes_of(document: FeedDocument) -> Wishes:
    """Return what a feed's body asks of those who poll it."""
    return Wishes(
        floor_seconds=document.floor.total_seconds() if document.floor else 0.0,
        skip_hours=tuple(sorted(document.skip_hours)),
        skip_days=tuple(sorted(document.skip_days)),
        hub=document.hub,
        topic=document.self_url,
    )
