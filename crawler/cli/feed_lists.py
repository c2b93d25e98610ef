"""Lists of feeds as files: CSV with every fact, OPML for other readers."""

import os
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from crawler.catalog.opml import MAX_BYTES, FeedList, read_opml, write_opml
from crawler.catalog.outlets import Catalogue, read_catalogue, write_catalogue
from crawler.cli.console import a_few, counted, say
from crawler.errors import ConfigError
from crawler.listing import spelled_alike
from crawler.model import Feed

REFUSED_SHOWN = 10
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte order marks and space


class Format(StrEnum):
    """How a list is written."""

    OPML = "opml"
    CSV = "csv"


def read_list(path: Path) -> FeedList:
    """Return the feeds that a file lists, whichever format it is in.

    Raises:
        ConfigError: It cannot be read, or is neither format.
    """
    body = _contents(path)
    if body[:64].lstrip(_BEFORE_MARKUP).startswith(b"<"):
        found = read_opml(body, str(path))
        listed, unfit = spelled_alike(found.catalogue)
        return replace(found, catalogue=listed, refused=(*found.refused, *unfit))
    return FeedList("", _table(body, path), has_facts=True)


def _table(body: bytes, path: Path) -> Catalogue:
    try:
        table = read_catalogue(body.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"the catalogue {path} cannot be read (not UTF-8)", "save it as UTF-8"
        ) from error
    listed, unfit = spelled_alike(table)
    for address, reason in unfit:
        raise ConfigError(f"{path}: {address!r} cannot be polled", reason)
    return listed


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"the catalogue {path} cannot be read ({error.strerror})", "check its path"
        ) from error


def written(catalogue: Catalogue, form: Format) -> str:
    """Return the catalogue as a list; OPML holds only feeds that are polled."""
    if form is Format.CSV:
        return write_catalogue(catalogue)
    polled = tuple(feed for feed in catalogue.feeds if feed.enabled)
    return write_opml(Catalogue(catalogue.outlets, polled), "Kordon").decode()


def write_list(path: Path, text: str) -> None:
    """Write a list to a file, which appears or changes when the list is whole.

    Raises:
        ConfigError: It cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a terminal, a pipe
            path.write_text(text, encoding="utf-8")
        else:
            _put_in_place(path.resolve(), text)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error.strerror})", "name another file"
        ) from error


def _put_in_place(path: Path, text: str) -> None:
    """Write beside the file and rename, so that no half of a list ever bears its name."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        if path.exists():
            draft.chmod(path.stat().st_mode)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def print_refused(refused: Sequence[tuple[str, str]]) -> None:
    """Tell which addresses of a list were not taken, and why."""
    for address, reason in refused[:REFUSED_SHOWN]:
        say(f"refused: {address or '(no address)'}: {reason}")
    if len(refused) > REFUSED_SHOWN:
        say(f"refused: {len(refused) - REFUSED_SHOWN} more; --json lists all")


def print_unwanted(feeds: Sequence[Feed]) -> None:
    """Tell which feeds of a list were not taken because the operator removed them."""
    if feeds:
        stay = "stays" if len(feeds) == 1 else "stay"
        say(
            f"{counted(len(feeds), 'feed')} of the list {stay} removed: "
            f"{a_few([feed.url for feed in feeds])}; `kordon feeds add` takes one back"
        )
