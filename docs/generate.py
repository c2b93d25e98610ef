"""Write the reference pages that come from code: commands, settings, Redis keys.

    .venv/bin/python docs/generate.py

A test compares them with the code (tests/unit/test_reference.py).
"""

import inspect
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import typer.main

import settings
from crawler.cli.main import app
from crawler.setting import SETTINGS, VARIABLES, plain
from crawler.store import keys

REFERENCE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/generate.py from the code; change that. -->"

COMMANDS = """# Commands

Every command that shows something prints one JSON document with `--json`. `kordon --debug COMMAND`
shows traces and logs, `kordon --version` which Kordon it is.
`kordon --install-completion` teaches the shell (bash, zsh, fish, PowerShell)
to complete commands and options; `kordon --show-completion` prints what it would install.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | it could not be done: no feed answered, nothing was found, a check failed |
| 2 | the command or a setting is wrong |
| 3 | the store is away, or refuses |
| 70 | a fault of Kordon's own; `--debug` shows its trace |
| 130 | interrupted |
"""

SETTINGS_HEAD = """# Settings

Defaults stand in `settings.py`, which ships with the package. Change them in one TOML file: the one
that `KORDON_SETTINGS` names, else `settings.toml` in the home. Unknown names, values of another
kind or out of range, and settings that contradict each other are refused with what to write
instead.

```toml
CONTACT = "news@example.org"
TOPICS = ["ukraine-border"]
HOST_RATE_PER_SECOND = 0.5
```

`kordon settings list` shows what is in force and where it comes from. Units stand in the names. A
process reads its settings when it starts.
"""

SETTINGS_TAIL = """
A secret ({secrets}) may instead stand in a file that `<variable>_FILE` names, or in a systemd
credential of its name in small letters with hyphens
(`LoadCredential=kordon-redis-url:/etc/kordon/redis-url`). Two places with different values are
refused. No message, table or log shows it.

`http_proxy`, `https_proxy` and `no_proxy` are obeyed for what is fetched.
"""

KEYS = """# Redis keys

Public keys are [the contract](contract.md). Everything below is private: it may change with any
version, and is listed for those who look for what fills a server. Braces are part of the names;
they keep what one script touches in one slot.
"""


def pages() -> dict[str, str]:
    """Return every generated page by file name."""
    return {"commands.md": commands(), "settings.md": settings_page(), "keys.md": keys_page()}


# --- commands --------------------------------------------------------------------------------


def commands() -> str:
    """Return the page of commands, in the order `kordon --help` lists them."""
    root = typer.main.get_command(app)
    sections = [line for name, command in _commands(root) for line in _section(name, command)]
    return "\n".join([NOTE, COMMANDS, *sections])


def _commands(root: Any, path: str = "kordon") -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    for name, command in root.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _section(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - typer's own command
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join([name, *(_placeholder(one) for one in arguments)])
    yield f"## `{usage}`\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    shown = [*arguments, *(one for one in options if one.name != "help")]
    if shown:
        yield "| | | default |\n|---|---|---|"
        yield from (_row(one) for one in shown)
        yield ""


def _placeholder(argument: Any) -> str:  # noqa: ANN401
    several = "..." if argument.nargs != 1 else ""
    name = argument.metavar.removesuffix("...") + several
    return name if argument.required else f"[{name}]"


def _row(one: Any) -> str:  # noqa: ANN401
    names = [_placeholder(one)] if one.param_type_name == "argument" else one.opts
    kind = "" if one.param_type_name == "argument" or one.is_flag else f" {_cell(one.metavar)}"
    default = "" if one.default in (None, "", False) else str(one.default)
    if one.required and one.param_type_name == "option":
        default = "required"
    return f"| `{', '.join(names)}{kind}` | {_cell(one.help or '')} | {default} |"


# --- settings --------------------------------------------------------------------------------


def settings_page() -> str:
    """Return the page of settings and environment variables."""
    groups = groupby(SETTINGS, key=lambda setting: setting.group)
    tables = [line for name, group in groups for line in _settings(name, list(group))]
    variables = [f"| `{one.name}` | {_cell(one.meaning)} |" for one in VARIABLES]
    secrets = ", ".join(f"`{one.name}`" for one in VARIABLES if one.secret)
    environment = (
        "## Environment\n\nPlaces and secrets. An unknown `KORDON_*` variable is refused.\n"
    )
    head = "| variable | holds |\n|---|---|"
    tail = SETTINGS_TAIL.replace("{secrets}", secrets)
    return "\n".join([NOTE, SETTINGS_HEAD, *tables, environment, head, *variables, tail])


def _settings(group: str, members: list[Any]) -> Iterator[str]:
    yield f"## {group}\n"
    yield "| setting | default | may be | meaning |\n|---|---|---|---|"
    for one in members:
        default = _default(getattr(settings, one.name))
        may = one.kind if one.kind == one.range else f"{one.kind}: {one.range}"
        yield f"| `{one.name}` | {default} | {may} | {_cell(one.meaning)} |"
    yield ""


def _default(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()  # as TOML writes it
    if isinstance(value, int | float):
        return plain(value)
    return f"`{', '.join(value) if isinstance(value, tuple) else value}`" if value else ""


# --- Redis keys ------------------------------------------------------------------------------


def keys_page() -> str:
    """Return the page of private keys, read from where they are spelled."""
    crawl = f"## The crawl: `{keys.crawl('<name>')}`\n"
    topic = f"\n## A topic: `{keys.PRIVATE}:{{<topic>}}:<generation>:<name>`\n"
    return "\n".join([NOTE, KEYS, crawl, *_table(_crawl_keys()), topic, *_table(_topic_keys()), ""])


def _table(rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield "| name | holds |\n|---|---|"
    yield from (f"| `{name}` | {_cell(holds)} |" for name, holds in rows)


def _crawl_keys() -> Iterator[tuple[str, str]]:
    source = inspect.getsource(keys)
    yield from re.findall(r'^    "\w+": "([^"]+)",(?:  # (.*))?$', source, re.MULTILINE)
    named = keys.tokens, keys.tombstones, keys.hubs, keys.bulletins, keys.restoring, keys.meta
    for function in named:
        holds = inspect.getdoc(function) or ""
        yield function().rpartition(":")[2], holds.removeprefix("Return the key of ").rstrip(".")


def _topic_keys() -> Iterator[tuple[str, str]]:
    """Yield the families that the scripts' comment describes, and what each holds."""
    text = files("crawler.store").joinpath("lua", "stories", "records.lua").read_text("utf-8")
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if begun := re.match(r"--   (\S+)  +(\S.*)", line):
            found.append((begun[1], begun[2]))
        elif found and (more := re.match(r"--  {6,}(\S.*)", line)):
            name, holds = found[-1]
            found[-1] = (name, f"{holds} {more[1]}")
        elif found and not line.startswith("--"):
            break
    yield from found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


if __name__ == "__main__":
    for file, text in pages().items():
        (REFERENCE / file).write_text(text, "utf-8")
