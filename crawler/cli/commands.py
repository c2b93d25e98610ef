"""Every command by the module it lives in, which is read when the command is asked for.

So a command starts as fast as what it needs itself, and `kordon --help` at once.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

Command = TyperCommand | TyperGroup
KINDS = {int: "N", float: "NUMBER", Path: "FILE", datetime: "TIME"}  # of values; else TEXT


class Entry(NamedTuple):
    """Where a command is, and what `kordon --help` says of it.

    A group that several modules add verbs to is read from the one that adds the last.
    """

    where: str  # module of this package, colon, function or `typer.Typer`
    help: str


COMMANDS: Mapping[str, Entry] = {
    "up": Entry("up:up", "Crawl, answer HTTP and tell hooks until interrupted."),
    "run": Entry("run:run", "Crawl: poll due feeds, fetch their entries, group the copies."),
    "demo": Entry("demo:demo", "Crawl twenty publishers that do not exist; needs no network."),
    "serve": Entry("serve:serve", "Answer HTTP until interrupted."),
    "explain": Entry("explain:explain", "Show why two articles are, or are not, one text."),
    "doctor": Entry("doctor:doctor", "Look at everything a crawl depends on."),
    "backup": Entry("backup:backup", "Save what the server holds and the corpus."),
    "restore": Entry("backup:restore", "Put a backup back."),
    "schedule": Entry("schedule:schedule", "Print examples that run Kordon regularly."),
    "stories": Entry("rulings:app", "The stories, newest first, and who carried them."),
    "articles": Entry("articles:app", "Single articles: what is known, and how to forget them."),
    "feeds": Entry(
        "feed_exchange:app", "See the feeds that are polled; add, remove, pause, check."
    ),
    "outlets": Entry("outlets:app", "The outlets of the catalogue, and how their feeds fare."),
    "topics": Entry("topics:app", "The topics, and what they make of a text."),
    "frontier": Entry("frontier:app", "See entries that wait or died, and try them again."),
    "hosts": Entry("hosts:app", "The hosts that are asked: turns, pauses, waiting work."),
    "index": Entry("index:app", "The index of stories: build it anew, look at both, switch."),
    "server": Entry("server:app", "The Redis server Kordon runs for itself."),
    "contract": Entry("contract:app", "What services read from Redis: its schema, and migrations."),
    "tokens": Entry("tokens:app", "Tokens for the API: who may read, who may operate."),
    "hooks": Entry("hooks:app", "Webhooks: who is told of changes, and how that goes."),
    "work": Entry("work:app", "One kind of work as a process of its own."),
    "settings": Entry("settings:app", "The settings in force, and where each comes from."),
    "evaluate": Entry("evaluate:app", "Measure quality on labelled data."),
}  # as `kordon --help` lists them


@cache
def loaded(name: str) -> Command:
    """Return a command, its module read.

    Raises:
        KeyError: There is none of this name.
    """
    module, _, what = COMMANDS[name].where.partition(":")
    found = getattr(import_module(f"crawler.cli.{module}"), what)
    holder = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    command: Command = typer.main.get_group(holder).commands[name]  # type: ignore[assignment]
    for one in command.commands.values() if isinstance(command, TyperGroup) else (command,):
        for param in one.params:
            param.metavar = param.metavar or _stand_in(param)
    return command


def _stand_in(param: Any) -> str | None:  # noqa: ANN401 - typer's own
    """Return what stands for a value in help and reference: a name, choices, or a kind."""
    if param.param_type_name == "argument":
        return str(param.name).upper()
    kind = param.type_descriptor
    if param.is_flag:
        return None
    return "|".join(kind.choices) if kind.is_choice else KINDS.get(kind.annotation, "TEXT")


class Commands(Mapping[str, Command]):
    """The commands by name, each loaded when it is looked up."""

    def __getitem__(self, name: str) -> Command:
        return loaded(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Root(TyperGroup):
    """The group of all commands, which lists them without loading any."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - typer's own
        super().__init__(**options)
        self.commands = cast("MutableMapping[str, Any]", Commands())  # never added to

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - typer's own
        """Write the list of commands for `kordon --help`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])
