"""The frontier in Redis and its twin, step by step; whatever happens they tell the same.

The twin counts anew each time, so that a count in Redis that drifts shows at once. In half of
the runs the server executes each step twice, as happens when a reply is lost.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from redis.asyncio import ConnectionPool, Redis

from crawler.model import (
    Alert,
    Answer,
    Entry,
    EntryClaim,
    EntryId,
    Feed,
    FeedId,
    Host,
    OutletId,
    PollClaim,
    Skipped,
    SkipReason,
    WorkerId,
)
from crawler.store import keys
from crawler.store.clock import SimulatedClock
from crawler.store.frontier import RedisFrontier
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.server.redis_pool import SocketConnection

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
RULES = {
    "host_pause": SECOND,
    "lease": 20 * SECOND,
    "seen_window": 3 * DAY,
    "dead_window": DAY,
    "losses": 2,
}
HOSTS = [Host(f"h{n}.example") for n in range(3)]
WORKERS = [WorkerId("one 1"), WorkerId("two 2")]
STATES = ("waiting", "leased", "dead", "skipped")

feeds = st.builds(
    lambda name, host, enabled: Feed(FeedId(name), OutletId("o"), f"https://{host}/f", enabled),
    st.sampled_from("abcd"),
    st.sampled_from(HOSTS),
    st.sampled_from([True, True, True, False]),
)
entries = st.integers(0, 11).map(
    lambda n: Entry(
        EntryId(f"e{n:02}"), f"https://{HOSTS[n % 3]}/{n}", OutletId("o"), FeedId("a"), f"№ {n}"
    )
)
spans = st.sampled_from(
    [timedelta(milliseconds=1), SECOND, 3 * SECOND, 20 * SECOND, timedelta(hours=1), DAY, 3 * DAY]
)


class Stutter:
    """Which scripts run twice: all, or none, except those whose repetition is a new request."""

    stutters = False
    once_only = claiming = ""
    heard = 0

    def is_due(self, command):
        return self.stutters and command[0] == "EVALSHA" and command[1] != self.once_only


class StutteringConnection(SocketConnection):
    """A connection on which scripts run twice.

    The first answer counts, as nobody could know it otherwise; of a claim the second, which
    must give again what was leased.
    """

    def __init__(self, *, stutter, **options):
        super().__init__(**options)
        self.stutter = stutter
        self.sent = ("",)

    async def send_command(self, *args, **options):
        self.sent = args
        await super().send_command(*args, **options)

    async def read_response(self, *args, **options):
        answer = await super().read_response(*args, **options)
        if not self.stutter.is_due(self.sent):
            return answer
        self.stutter.heard += 1
        await super().send_command(*self.sent)
        again = await super().read_response(*args, **options)
        return again if self.sent[1] == self.stutter.claiming else answer


class TwoFrontiers(RuleBasedStateMachine):
    claims = Bundle("claims")

    def __init__(self, socket):
        super().__init__()
        self.loop = asyncio.Runner()
        self.stutter = Stutter()
        options = {"connection_class": StutteringConnection, "stutter": self.stutter}
        self.client = Redis.from_pool(ConnectionPool(path=socket, protocol=3, **options))
        self.clock = SimulatedClock(START)
        self.real = RedisFrontier(self.client, self.clock, **RULES)
        self.twin = MemoryFrontier(self.clock, **RULES)
        self.loop.run(self.client.flushall())

    def teardown(self):
        self.loop.run(self.client.aclose())
        self.loop.close()

    def both(self, step, *arguments, **named):
        """Let both take the step and return the twin's answer, which must be the server's too."""
        answers = [
            self.loop.run(getattr(frontier, step)(*arguments, **named))
            for frontier in (self.twin, self.real)
        ]
        assert answers[0] == answers[1], step
        return answers[0]

    def each(self, step, claims, *arguments, **named):
        """As `both`, for a step about a claim, whose key each frontier chooses itself."""
        answers = [
            self.loop.run(getattr(frontier, step)(claim, *arguments, **named))
            for frontier, claim in zip((self.twin, self.real), claims, strict=True)
        ]
        assert answers[0] == answers[1], step

    @initialize(stutters=st.booleans())
    def replies_are_lost_or_not(self, stutters):
        self.both("next_slot", Host("elsewhere.example"))
        self.both("claim", WORKERS[0], 1)
        self.stutter.once_only = self.real._scripts["next_slot"].sha
        self.stutter.claiming = self.real._scripts["claim"].sha
        self.stutter.stutters = stutters
        self.both("claim", WORKERS[0], 1)
        assert self.stutter.heard == stutters

    @rule(feeds=st.lists(feeds, max_size=5, unique_by=lambda feed: feed.id))
    def register(self, feeds):
        self.both("register", feeds)

    @rule(
        target=claims,
        worker=st.sampled_from(WORKERS),
        limit=st.integers(0, 4),
        kinds=st.sampled_from(["fe", "fe", "f", "e"]),
    )
    def claim(self, worker, limit, kinds):
        taken = [
            self.loop.run(frontier.claim(worker, limit, feeds="f" in kinds, entries="e" in kinds))
            for frontier in (self.twin, self.real)
        ]
        twins, reals = ([replace(claim, key="") for claim in claims] for claims in taken)
        assert twins == reals
        return multiple(*zip(*taken, strict=True))

    @rule(
        claims=claims,
        listed=st.lists(entries, max_size=6),
        until_next=spans,
        until_quiet=st.none() | spans,
        failures=st.integers(0, 3),
        host=st.sampled_from(["", "", *HOSTS]),
    )
    def end_with_what_was_found(self, claims, listed, until_next, until_quiet, failures, host):
        if isinstance(claims[0], EntryClaim):
            return self.each("done", claims)
        state = replace(claims[0].state, failures=failures, next_poll=self.clock.now() + until_next)
        if host:
            state = replace(state, adopted=f"https://{host}/new", adopted_for=state.feed.url)
        answers = [Answer(at, 200 + 100 * failures, failures, 0.1) for at in HOSTS[:failures]]
        alert = Alert(state.feed.id, OutletId("o"), "", "", "", "", START) if failures else None
        bearing = {"pause": until_next / 7, "answers": answers, "alert": alert}
        quiet = until_quiet and replace(state, next_poll=self.clock.now() + until_quiet)
        return self.each("commit_poll", claims, state, listed, quiet=quiet, **bearing)

    @rule(claims=claims, after=spans, reason=st.sampled_from(["timeout", "http-500"]))
    def retry(self, claims, after, reason):
        if isinstance(claims[0], EntryClaim):
            self.each("retry", claims, self.clock.now() + after, reason)

    @rule(claims=claims, ending=st.sampled_from(["bury", "skip"]))
    def end_without_an_article(self, claims, ending):
        if isinstance(claims[0], PollClaim):
            return
        if ending == "bury":
            self.each("bury", claims, "http-403")
        else:
            self.each("skip", claims, Skipped(SkipReason.NO_TEXT, "empty"))

    @rule(claims=claims, pause=st.none() | spans)
    def free_host(self, claims, pause):
        self.each("free_host", claims, pause=pause)

    @rule(claims=claims)
    def give_back(self, claims):
        self.each("give_back", claims)

    @rule(worker=st.sampled_from(WORKERS))
    def reclaim(self, worker):
        self.both("reclaim", worker)

    @rule(host=st.sampled_from(HOSTS), length=spans)
    def hold(self, host, length):
        self.both("hold_host", host, self.clock.now() + length)

    @rule(host=st.sampled_from(HOSTS), pause=st.sampled_from([timedelta(), 2 * SECOND]))
    def pause_host(self, host, pause):
        self.both("set_host_pause", host, pause)

    @rule(host=st.sampled_from(HOSTS))
    def reserve(self, host):
        self.both("next_slot", host)

    @rule(feed=st.sampled_from("abcdz"), paused=st.booleans())
    def pause_feed(self, feed, paused):
        self.both("pause_feed", FeedId(feed), paused=paused)

    @rule(feeds=st.none() | st.lists(st.sampled_from("abcdz"), unique=True))
    def hasten(self, feeds):
        self.both("hasten", feeds)

    @rule(chosen=st.none() | st.lists(entries.map(lambda entry: entry.id), max_size=4))
    def retry_dead(self, chosen):
        self.both("retry_dead", chosen)

    @rule(length=spans)
    def wait(self, length):
        self.clock.advance(length)

    @rule()
    def wait_for_the_next_turn(self):
        turn = self.both("census").next_turn
        if turn is not None:
            self.clock.advance(max(turn - self.clock.now(), timedelta()))

    @invariant()
    def both_tell_the_same(self):
        for question in ("census", "feeds", "workers", "skipped"):
            self.both(question)
        for state in STATES:
            self.both("entries", state, 50)
        self.both("ledger", 30)
        self.both("fates", 30)
        self.both("alerts", 50)

    @invariant()
    def the_census_says_when_a_claim_helps(self):
        census = self.both("census")
        assert (census.next_turn is None) <= (census.due == 0)
        assert census.due_feeds <= census.due

    @invariant()
    def nothing_is_left_behind(self):
        self.loop.run(self.check_keys())

    async def check_keys(self):
        """Every fact in Redis belongs to work that exists, and both indexes of work agree."""
        name, ask = keys.frontier(), self.client
        waiting, leased, dead = [
            set(await ask.zrange(name[index], 0, -1)) for index in ("due_e", "leased_e", "dead")
        ]
        assert set(await ask.hkeys(name["entries"])) == waiting | leased | dead
        assert len(waiting) + len(leased) + len(dead) == len(waiting | leased | dead)
        for facts in ("attempts", "reasons", "losses"):
            assert set(await ask.hkeys(name[facts])) <= waiting | leased | dead
        assert await ask.hlen(name["leases"]) == len(leased) + await ask.zcard(name["leased_f"])
        for kind in "fe":
            await self.check_indexes(kind)

    async def check_indexes(self, kind):
        name, ask = keys.frontier(), self.client
        queued, hosts = [], set()
        async for queue in ask.scan_iter(f"{name['queue']}{kind}:*"):
            hosts.add(queue.removeprefix(f"{name['queue']}{kind}:".encode()))
            queued += await ask.zrange(queue, 0, -1, withscores=True)
        indexed = await ask.zrange(name[f"due_{kind}"], 0, -1, withscores=True)
        assert sorted(map(tuple, queued)) == sorted(map(tuple, indexed))
        assert hosts == set(await ask.zrange(name[f"turns_{kind}"], 0, -1))


def test_the_frontier_in_redis_and_its_twin_tell_the_same(server_socket):
    run_state_machine_as_test(
        lambda: TwoFrontiers(server_socket),
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
