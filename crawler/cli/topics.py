"""`kordon topics`: what is collected, and why a text would be or not."""

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from crawler.catalog.topics import known_topic, topic, topic_ids
from crawler.cli.console import Json, counted, print_facts, print_json, print_table, say
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.session import opened, settings_of_kordon, why_of
from crawler.config import Config
from crawler.desk import desk_of
from crawler.errors import ConfigError
from crawler.model import TopicId
from crawler.ports import EntryRecord
from crawler.screening import may_belong, passed_over
from crawler.text.language import language_of
from crawler.text.relevance import Judgement
from crawler.text.weighing import Evidence, Part

MOST_SKIPPED = 1_000  # are kept by the frontier

app = typer.Typer(help="The topics, and what they make of a text.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a topic made of a text."""

    topic: str
    relevant: bool
    score: float
    threshold: float
    language: str
    places: list[str]
    evidence: tuple[Evidence, ...]
    parts: tuple[Part, ...]  # what the score is made of: 1 - (1 - worth)(1 - worth)...


@app.callback()
def group() -> None:
    """The topics, and what they make of a text."""


@app.command("list")
def list_topics(as_json: Json = False) -> None:
    """List the topics; those that are active are collected."""
    config = Config.from_settings(settings_of_kordon())
    found = [_listed(name, config) for name in topic_ids(config.own_topics)]
    if as_json:
        print_json(found)
        return
    columns = ("id", "name", "active", "concepts")
    rows = [tuple(row[column] for column in columns) for row in found]
    print_table(counted(len(found), "topic"), columns, rows)
    for row in found:
        if row["problem"]:
            say(f"{row['problem']}.")


def _listed(name: TopicId, config: Config) -> dict[str, object]:
    row = {"id": name, "name": "cannot be used", "active": name in config.topics, "concepts": 0}
    try:
        found = topic(name, config.own_topics)
    except ConfigError as error:
        return row | {"problem": str(error)}
    return row | {"name": found.name, "concepts": len(found.concepts), "problem": ""}


@app.command("test")
def judge(
    topic_id: Annotated[str, typer.Argument(metavar="ID", help="As `topics list` prints it.")],
    text: Annotated[str, typer.Option(help="The text to judge.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="A file that holds it; - for standard input.")
    ] = None,
    title: Annotated[str, typer.Option(help="Its headline.")] = "",
    language: Annotated[str, typer.Option(help="ISO 639-1; found out when not given.")] = "",
    as_json: Json = False,
) -> None:
    """Say whether a text belongs to a topic, and which terms and places speak for it.

    Exit code 0: it does; 1: it does not.
    """
    verdict = judged(TopicId(topic_id), title, _text(text, file), language)
    if as_json:
        print_json(verdict)
    else:
        _print(verdict)
    raise typer.Exit(0 if verdict.relevant else EXIT_FAILED)


@app.command()
def recheck(
    topic_id: Annotated[str, typer.Argument(metavar="ID", help="As `topics list` prints it.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="Passed over since then, UTC: 2026-03-01 or 2026-03-01T12:00.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what the topics judged as they are now.")
    ] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only count and list.")] = False,
    as_json: Json = False,
) -> None:
    """Look again at entries passed over as off topic, by the words of their feeds.

    The last 1,000 skipped are known. Those that may belong to the topic, and were judged by other
    topics or other words than today's, are fetched again by the next run.
    """
    found = asyncio.run(_rechecked(TopicId(topic_id), since, everything=everything, dry=dry))
    if as_json:
        print_json(found)
        return
    rows = [(one.at, one.reason, one.entry.title, one.entry.url) for one in found.entries]
    if rows:
        print_table(f"May belong to {topic_id}", ("at", "was", "title", "address"), rows)
    said = (
        "nothing is queued (--dry-run)" if dry else f"{found.queued} to be fetched by `kordon run`"
    )
    say(f"{len(rows)} of {found.passed} passed over may belong to {topic_id}; {said}")


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a second look at entries passed over has found."""

    passed: int  # off topic, within the time asked
    entries: Sequence[EntryRecord]  # of these, those that may belong to the topic
    queued: int


async def _rechecked(
    topic_id: TopicId, since: datetime | None, *, everything: bool, dry: bool
) -> Recheck:
    config = Config.from_settings(settings_of_kordon())
    if known_topic(topic_id, config.own_topics) not in config.topics:
        raise ConfigError(
            f"the topic {topic_id} is not active", "add it to TOPICS, or what is fetched is lost"
        )
    version = "" if everything else desk_of(config.topics, own=config.own_topics).version
    screens = desk_of((topic_id,), own=config.own_topics).screens
    async with opened() as wired:
        skipped = await wired.frontier.entries("skipped", MOST_SKIPPED)
        passed = passed_over(skipped, since)
        may = [one for one in passed if may_belong(one, screens, judged_by=version)]
        queued = 0 if dry else await wired.frontier.revisit(may)
    return Recheck(len(passed), may, queued)


def judged(topic_id: TopicId, title: str, text: str, language: str) -> Verdict:
    """Return what a topic makes of a text; as the crawl would judge it."""
    config = Config.from_settings(settings_of_kordon())
    own = config.own_topics
    wanted = topic(topic_id, own)
    desk = desk_of((wanted.id,), own=own)
    language = language or language_of(f"{title}\n{text}", allowed=desk.languages, claimed="")
    mentions = desk.finder.find(f"{title}\n{text}")
    with _in_time(wanted.id, config.prepare_deadline):
        judgement: Judgement = desk.matchers[0].judge(title, text, mentions, language=language)
    return Verdict(
        topic=wanted.id,
        relevant=judgement.relevant,
        score=judgement.score,
        threshold=judgement.threshold,
        language=language,
        places=list(dict.fromkeys(mention.place for mention in mentions)),
        evidence=judgement.evidence,
        parts=judgement.parts,
    )


@contextmanager
def _in_time(topic_id: TopicId, deadline: timedelta) -> Iterator[None]:
    """Give up when a page would be given up: regular expressions look for signals, too."""

    def give_up(*_: object) -> NoReturn:
        raise ConfigError(
            f"topic {topic_id} takes longer over this text than PREPARE_DEADLINE_SECONDS",
            "look in its terms for repetitions within repetitions, such as (a+)+",
        )

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, deadline.total_seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _text(text: str, file: Path | None) -> str:
    if bool(text) == (file is not None):
        raise ConfigError("no text, or two, to judge", "give --text or --file, not both")
    if file is None:
        return text
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read ({why_of(error)})", "check --file") from error


def _print(verdict: Verdict) -> None:
    print_facts({
        "verdict": "on topic" if verdict.relevant else "off topic",
        "score": f"{verdict.score:.2f} (on topic from {verdict.threshold:.2f})",
        "language": verdict.language,
        "places": verdict.places,
    })  # fmt: skip
    rows = [tuple(asdict(one).values()) for one in verdict.evidence]
    print_table(counted(len(rows), "piece of evidence", "pieces of evidence"),
                ("where", "concept", "words", "why", "worth", "border"), rows)  # fmt: skip
    made = [(part.where, f"{part.worth:.2f}", part.why) for part in verdict.parts]
    print_table("What the score is made of", ("where", "adds", "why"), made)
