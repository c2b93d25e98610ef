"""`kordon settings`: what every setting is, where it comes from, and what it may be."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from crawler.cli.console import Json, print_json, print_table, say
from crawler.cli.session import config_on, default_settings, operators_settings
from crawler.overrides import home_of, settings_file, variables
from crawler.setting import SETTINGS, VARIABLES, Setting

app = typer.Typer(help="The settings in force, and where each comes from.", no_args_is_help=True)

DEFAULT = "default"
SECRET = "(set, not shown)"  # noqa: S105 - what stands in a secret's place


@dataclass(frozen=True, slots=True)
class SettingView:
    """A setting as an operator sees it."""

    name: str
    value: Any
    default: Any
    source: str  # DEFAULT, or the file that changes it
    kind: str
    range: str
    meaning: str


@dataclass(frozen=True, slots=True)
class VariableView:
    """An environment variable as an operator sees it."""

    name: str
    value: str  # empty when it is not set; a secret is never shown
    meaning: str


@app.callback()
def group() -> None:
    """The settings in force, and where each comes from."""


@app.command("list")
def list_settings(
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not default.")] = False,
    as_json: Json = False,
) -> None:
    """Show every setting with its value, and the environment variables that are set."""
    given = variables(os.environ)
    home, file = str(home_of(given)), str(settings_file(given) or "")
    defaults, own = default_settings(), operators_settings()
    config_on(None)  # what contradicts itself is refused rather than shown
    settings = [
        _view(one, defaults, own, file) for one in SETTINGS if one.name in own or not changed
    ]
    seen = [VariableView(one.name, _shown(one.secret, given.get(one.name, "")), one.meaning)
            for one in VARIABLES]  # fmt: skip
    if as_json:
        print_json({"file": file or None, "home": home, "settings": settings, "variables": seen})
    else:
        _print(settings, [view for view in seen if view.value])
        say(f"changed by {file}" if file else f"nothing is changed: {home} has no settings.toml")


def _print(settings: Sequence[SettingView], given: Sequence[VariableView]) -> None:
    rows = [
        (view.name, _written(view.value), "" if view.source == DEFAULT else "file")
        for view in settings
    ]
    print_table("Settings", ("setting", "value", "from"), rows)
    if given:
        there = [(view.name, view.value) for view in given]
        print_table("Environment", ("variable", "value"), there)


def _view(
    setting: Setting, defaults: Mapping[str, Any], own: Mapping[str, Any], file: str
) -> SettingView:
    name = setting.name
    return SettingView(
        name=name,
        value=own.get(name, defaults[name]),
        default=defaults[name],
        source=file if name in own else DEFAULT,
        kind=setting.kind,
        range=setting.range,
        meaning=setting.meaning,
    )


def _shown(secret: bool, value: str) -> str:
    return SECRET if secret and value else value


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()  # as TOML writes it
    return ", ".join(value) if isinstance(value, tuple) else str(value)
