"""How commands speak: tables and sentences for people, one JSON document for programs."""

import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

UNBROKEN = frozenset(
    {"id", "host", "outlet", "at", "changed", "published", "relation", "state", "copies",
     "attempts", "next turn"}
)  # fmt: skip
LONG = frozenset({"title", "address", "url", "compared with", "article"})
A_FEW = 3  # names in a sentence
BEYOND = 1_000_000  # cells, wider than any row
_GAP = 3  # cells between two columns


class _Words(Console):
    """A console for sentences; when nobody listens any more it falls silent, and work goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


out = Console(soft_wrap=False)
err = _Words(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever msgspec can write
    """Print one JSON document to standard output, in UTF-8 whatever the terminal's encoding."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a title; publishers' words are shown, never read as markup.

    Where no terminal shows it a row is one line. Where a terminal is narrow, titles and addresses
    stand whole beneath their row, and the widest of the other columns fold: nothing is cut off.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    out.print(f"{title}\n", style="bold", markup=False, highlight=False, soft_wrap=True)
    is_narrow = sum(_widths(columns, cells)) > _room(columns)
    long = [at for at, name in enumerate(columns) if name in LONG] if is_narrow else []
    if long:
        _print_beneath(columns, cells, long)
    else:
        print_whole(_filled(_sheet(columns, cells), cells))
    out.print()


def _print_beneath(
    columns: Sequence[str], cells: Sequence[Sequence[str]], long: Sequence[int]
) -> None:
    names = _without(columns, long)
    rest = [_without(row, long) for row in cells]
    out.print(_sheet(names, rest))
    for row, whole in zip(rest, cells, strict=True):
        out.print(_filled(_sheet(names, rest, heads=False), [row]))
        for at in long:
            out.print(f"  {whole[at]}", markup=False, highlight=False, soft_wrap=True)


def _without(row: Sequence[str], long: Sequence[int]) -> list[str]:
    return [cell for at, cell in enumerate(row) if at not in long]


def _sheet(columns: Sequence[str], cells: Sequence[Sequence[str]], *, heads: bool = True) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=heads,
        header_style="bold",
    )  # fmt: skip
    for column, width in zip(columns, _narrowed(columns, cells), strict=True):
        table.add_column(column, overflow="fold", width=width)
    return table


def _filled(table: Table, cells: Iterable[Sequence[str]]) -> Table:
    for row in cells:
        table.add_row(*map(escape, row))
    return table


def _room(columns: Sequence[str]) -> int:
    return (out.width if out.is_terminal else BEYOND) - _GAP * (len(columns) - 1)


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]


def _narrowed(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column is: what it holds, the widest narrowed until all find room.

    Words of a heading, and what is better unbroken, give way last.
    """
    widths, room = _widths(columns, cells), _room(columns)
    least = [
        width if name in UNBROKEN else max(map(cell_len, name.split()), default=1)
        for name, width in zip(columns, widths, strict=True)
    ]
    while sum(widths) > max(room, len(widths)):
        spare = [at for at, width in enumerate(widths) if width > least[at]] or range(len(widths))
        widths[max(spare, key=widths.__getitem__)] -= 1
    return widths


def print_whole(table: Table) -> None:
    """Print a table; where no terminal shows it a row is one line, however long."""
    if out.is_terminal:
        out.print(table)
        return
    wide = Console(width=BEYOND)
    with wide.capture() as written:
        wide.print(table)
    lines = (line.rstrip() for line in written.get().split("\n"))
    typer.echo("\n".join(lines), nl=False)


def print_facts(facts: Mapping[str, object]) -> None:
    """Print facts under their names, one a line; those that are empty are left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if plain(value):
            table.add_row(name, escape(plain(value)))
    print_whole(table)


def plain(value: object) -> str:
    """Return a cell's text: times in UTC to the minute, nothing for None, lists joined."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(plain, value))
    return "" if value is None else printable(str(value))


def show_what_can_be() -> None:
    """Have a terminal of another encoding than UTF-8 show a `?` for what it has no letter for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def printable(text: str) -> str:
    """Return text without the control characters that could drive a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: 1 feed, 2 feeds; a plural with more than an s is told."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def a_few(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many there are besides."""
    shown = ", ".join(names[:A_FEW])
    return f"{shown} and {len(names) - A_FEW} more" if len(names) > A_FEW else shown


def say(sentence: str) -> None:
    """Print a sentence for the operator to standard error.

    Where that cannot be written (a full disk, a terminal that is gone) work goes on unheard.
    """
    with suppress(OSError):
        err.print(escape(printable(sentence)))
