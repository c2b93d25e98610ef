"""How commands speak: tables and sentences for people, one JSON document for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

out = Console(soft_wrap=False)
err = Console(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever msgspec can write
    """Print one JSON document to standard output."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a title; publishers' words are shown, never read as markup."""
    table = Table(title=escape(title), title_justify="left", header_style="bold", expand=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(plain(cell)) for cell in row))
    out.print(table)


def plain(value: object) -> str:
    """Return a cell's text: times in UTC to the minute, nothing for None."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Return text without the control characters that could drive a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(sentence: str) -> None:
    """Print a sentence for the operator to standard error."""
    err.print(escape(printable(sentence)))
