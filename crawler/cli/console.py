"""How commands speak: tables and sentences for people, one JSON document for programs."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

UNBROKEN = frozenset(
    {"id", "at", "changed", "published", "relation", "state", "copies", "attempts", "next turn"}
)


class _Words(Console):
    """A console for sentences; when nobody listens any more it falls silent, and work goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


out = Console(soft_wrap=False)
err = _Words(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever msgspec can write
    """Print one JSON document to standard output."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a title; publishers' words are shown, never read as markup.

    On a narrow terminal the widest columns wrap, so that nothing is cut off.
    """
    table = Table(
        title=escape(title), title_justify="left", title_style="bold", header_style="bold",
        box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in UNBROKEN)
    for row in rows:
        table.add_row(*(escape(plain(cell)) for cell in row))
    out.print(table)


def print_facts(facts: Mapping[str, object]) -> None:
    """Print facts under their names, one a line; those that are empty are left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if plain(value):
            table.add_row(name, escape(plain(value)))
    out.print(table)


def plain(value: object) -> str:
    """Return a cell's text: times in UTC to the minute, nothing for None, lists joined."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(plain, value))
    return "" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Return text without the control characters that could drive a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(sentence: str) -> None:
    """Print a sentence for the operator to standard error."""
    err.print(escape(printable(sentence)))
