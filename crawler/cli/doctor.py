"""`kordon doctor`: everything a crawl depends on, looked at one by one, with a remedy for each."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import typer

from crawler.app import App
from crawler.catalog.outlets import shipped_catalogue
from crawler.catalog.topics import topic, topic_ids
from crawler.cli.console import Json, counted, print_json, print_table
from crawler.cli.session import opened, settings_of_kordon
from crawler.config import Config
from crawler.errors import ConfigError, KordonError
from crawler.hook import Hook, HookState
from crawler.model import FeedState
from crawler.pool import Pool
from crawler.store.corpus.local import damaged_segments
from crawler.store.corpus.objects import ObjectCorpus
from crawler.store.server.connection import inspect
from crawler.store.server.state import UNWRITABLE, ServerState

SPACE_ENOUGH = 2 << 30  # bytes; some 70,000 articles, 29 kB each before the log is rewritten
SPACE_LEAST = 256 << 20
MEMORY_SHARE = 0.8  # of the server's limit; above it there is time left to act
CLOCK_AHEAD = timedelta(seconds=5)  # nothing depends on it but what is printed
SILENT = timedelta(days=14)  # without an unseen entry; many regional desks rest a week
POOL_DEADLINE = timedelta(seconds=30)
NAMES_SHOWN = 5
REGISTER = "kordon run takes the catalogue in; kordon feeds add, or feeds import, feeds of yours"
ANOTHER_HOME = "set KORDON_HOME to a directory of yours on a local disk with room to write"
MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    health: Health
    name: str
    found: str
    remedy: str = ""


def doctor(as_json: Json = False) -> None:
    """Look at everything a crawl depends on, and say what to do about what is not well.

    Exit code 0: nothing failed (there may be warnings); 1: something did.
    """
    checks = asyncio.run(examined())
    if as_json:
        print_json(checks)
    else:
        rows = [(one.health, one.name, one.found, one.remedy) for one in checks]
        print_table(_summary(checks), ("state", "check", "found", "remedy"), rows)
    raise typer.Exit(any(one.health is Health.FAIL for one in checks))


async def examined() -> Sequence[Check]:
    """Return every check's outcome; one that cannot be made does not keep the others back."""
    try:
        config = Config.from_settings(settings_of_kordon())
    except ConfigError as error:
        return [_failed("settings", error)]
    checks = [Check(Health.OK, "settings", "consistent"), contact(config)]
    checks += [_guarded("home", home, config), _guarded("disk", disk, config)]
    checks += [_guarded("catalogue", catalogue, config), _guarded("topics", topics, config)]
    checks += [_guarded("corpus", corpus, config), await worker_pool(config)]
    return checks + [one async for one in server(config)]


# --- what needs no server --------------------------------------------------------------------


def contact(config: Config) -> Check:
    """Whether publishers can reach the operator."""
    if config.contact:
        return Check(Health.OK, "contact", config.contact)
    remedy = "set CONTACT in settings.toml, or KORDON_CONTACT"
    return Check(Health.WARN, "contact", "publishers cannot reach you", remedy)


def home(config: Config) -> Check:
    """Whether the home can be written to; makes it if need be."""
    try:
        config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=config.home) as file:
            file.write(b"kordon")
    except OSError as error:
        return Check(Health.FAIL, "home", f"{config.home}: {error.strerror}", ANOTHER_HOME)
    return Check(Health.OK, "home", str(config.home))


def disk(config: Config) -> Check:
    """Whether there is room where Kordon writes."""
    free = shutil.disk_usage(_existing(config.home)).free
    found = f"{free / GIBIBYTE:.1f} GiB free"
    if free >= SPACE_ENOUGH:
        return Check(Health.OK, "disk", found)
    health = Health.WARN if free >= SPACE_LEAST else Health.FAIL
    return Check(health, "disk", found, f"make room at {config.home}, or move it (KORDON_HOME)")


def catalogue(config: Config) -> Check:
    """Whether the shipped catalogue can be read."""
    shipped = shipped_catalogue()
    enabled = sum(feed.enabled for feed in shipped.feeds)
    found = f"{len(shipped.outlets)} outlets, {enabled} of {len(shipped.feeds)} feeds enabled"
    unpolled = "" if config.polls_shipped else "; none of them polled (SHIPPED_FEEDS)"
    return Check(Health.OK, "catalogue", found + unpolled)


def topics(config: Config) -> Check:
    """Whether every active topic is there, and every topic's file can be used."""
    found = [topic(name, config.own_topics).id for name in config.topics]
    for name in topic_ids(config.own_topics):
        try:
            topic(name, config.own_topics)
        except ConfigError as error:
            problem = f"{', '.join(found)}; not active, {error.problem}"
            return Check(Health.WARN, "topics", problem, error.remedy)
    return Check(Health.OK, "topics", ", ".join(found))


def corpus(config: Config) -> Check:
    """Whether every article kept in the home can be read, or objects can be kept elsewhere."""
    if config.corpus_url:
        found = ObjectCorpus(config.corpus_url).examined()
        return Check(Health.OK, "corpus", f"{counted(found, 'object')} at KORDON_CORPUS_URL")
    damaged = damaged_segments(config.corpus)
    if damaged:
        remedy = "the rest is read; kordon restore brings a backup's articles back"
        return Check(Health.WARN, "corpus", f"damaged: {', '.join(damaged)}", remedy)
    return Check(Health.OK, "corpus", "whole" if config.corpus.is_dir() else "none yet")


async def worker_pool(config: Config) -> Check:
    """Whether a process that reads pages can be started and answers."""
    pool = Pool(1, memory_bytes=config.prepare_memory_bytes)
    try:
        await pool.run("", POOL_DEADLINE, os.getpid)
    except KordonError as error:
        remedy = "raise PREPARE_MEMORY_BYTES, or the limits of this session (ulimit -a)"
        return Check(Health.FAIL, "worker pool", str(error), remedy)
    finally:
        pool.close()
    return Check(Health.OK, "worker pool", f"works; {config.prepare_workers} processes at most")


# --- what the server tells -------------------------------------------------------------------


async def server(config: Config) -> AsyncIterator[Check]:
    """Yield what is found about the server and what it holds."""
    try:
        state = await inspect(config)
        for check in (version(state), persistence(state), memory(state)):
            yield check
        async with opened(config) as app:
            yield Check(Health.OK, "schema and recipe", "as this Kordon writes them")
            async for check in crawl(app):
                yield check
    except KordonError as error:
        yield _failed("server", error)


def version(state: ServerState) -> Check:
    """The server's version and policy; an unfit one never gets here."""
    return Check(Health.OK, "server", f"{state.version}, never evicts (noeviction)")


def persistence(state: ServerState) -> Check:
    """Whether what the server holds outlives it."""
    if not state.writable:
        problem, remedy = UNWRITABLE.split("; ")
        return Check(Health.FAIL, "persistence", f"Redis {problem}", remedy)
    if state.append_only:
        return Check(Health.OK, "persistence", "append-only file")
    remedy = "CONFIG SET appendonly yes, then CONFIG REWRITE"
    found = "no append-only file: a restart forgets what came since the last snapshot"
    return Check(Health.WARN, "persistence", found, remedy)


def memory(state: ServerState) -> Check:
    """Whether the server nears its limit."""
    used, limit = state.memory_bytes, state.memory_limit_bytes
    found = f"{_amount(used)} used" + (f" of {_amount(limit)}" if limit else "")
    if limit and used > MEMORY_SHARE * limit:
        remedy = "raise its maxmemory, or lower STORY_DAYS and CANDIDATE_DAYS"
        return Check(Health.WARN, "memory", found, remedy)
    return Check(Health.OK, "memory", found)


async def crawl(app: App) -> AsyncIterator[Check]:
    """Yield what is found about clock, feeds, dead letters and hooks."""
    yield clock(datetime.now(UTC), app.clock.now())
    states = await app.frontier.feeds()
    for check in feeds(states, app.clock.now()):
        yield check
    yield letters((await app.frontier.census()).dead)
    yield webhooks(await app.hooks.all())


def clock(here: datetime, there: datetime) -> Check:
    """Whether this machine and the server tell the same time."""
    apart = abs(here - there)
    found = f"{apart.total_seconds():.1f} s from the server's"
    if apart <= CLOCK_AHEAD:
        return Check(Health.OK, "clock", found)
    return Check(
        Health.WARN, "clock", found, "run NTP on both; schedules follow the server's clock"
    )


def feeds(states: Sequence[FeedState], now: datetime) -> Iterator[Check]:
    """Yield whether there are feeds, whether they answer, and whether they bring anything."""
    active = [state for state in states if state.feed.enabled and not state.paused]
    if not active:
        yield Check(Health.WARN, "feeds", "none is polled", REGISTER)
        return
    failing = [state for state in active if state.failures]
    found = f"{len(active)} polled, {len(failing)} failing"
    health = Health.OK if 2 * len(failing) < len(active) else Health.FAIL
    yield Check(health, "feeds", found, "kordon feeds list; is there a network?" if failing else "")
    silent = [state for state in active if state.last_poll and _is_silent(state, now)]
    days = SILENT.days
    if silent:
        yield Check(Health.WARN, "silent feeds", f"nothing new in {days} days: {_names(silent)}",
                    "look at their pages; kordon feeds pause ID")  # fmt: skip
    else:
        yield Check(Health.OK, "silent feeds", f"none in {days} days")


def letters(dead: int) -> Check:
    """Whether entries were given up."""
    if dead:
        remedy = "kordon frontier list; kordon frontier retry"
        return Check(Health.WARN, "dead letters", f"{dead} entries given up", remedy)
    return Check(Health.OK, "dead letters", "none")


def webhooks(hooks: Sequence[Hook]) -> Check:
    """Whether everybody who asked to be told of changes is."""
    stopped = [hook for hook in hooks if hook.state in {HookState.SUSPENDED, HookState.GONE}]
    failing = [hook for hook in hooks if hook.failures and hook not in stopped]
    found = f"{counted(len(hooks), 'hook')}, {len(failing)} failing, {len(stopped)} told no more"
    if stopped or failing:
        remedy = "kordon hooks list; kordon hooks deliveries ID"
        return Check(Health.WARN, "webhooks", found, remedy)
    return Check(Health.OK, "webhooks", found)


# --- plumbing --------------------------------------------------------------------------------


def _guarded(name: str, look: Callable[[Config], Check], config: Config) -> Check:
    try:
        return look(config)
    except KordonError as error:
        return _failed(name, error)
    except OSError as error:
        return Check(Health.FAIL, name, f"{config.home}: {error.strerror}", ANOTHER_HOME)


def _failed(name: str, error: KordonError) -> Check:
    if isinstance(error, ConfigError):
        return Check(Health.FAIL, name, error.problem, error.remedy)
    problem, _, remedy = str(error).partition("; ")
    return Check(Health.FAIL, name, problem, remedy)


def _amount(size: int) -> str:
    return f"{size / MEBIBYTE:.1f} MiB" if size < GIBIBYTE else f"{size / GIBIBYTE:.2f} GiB"


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _is_silent(state: FeedState, now: datetime) -> bool:
    return not state.failures and (state.last_new is None or now - state.last_new > SILENT)


def _names(states: Sequence[FeedState]) -> str:
    shown = ", ".join(state.feed.id for state in states[:NAMES_SHOWN])
    more = len(states) - NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _summary(checks: Sequence[Check]) -> str:
    failed = sum(one.health is Health.FAIL for one in checks)
    warned = sum(one.health is Health.WARN for one in checks)
    return f"{len(checks)} checks: {failed} failed, {warned} to look at"
