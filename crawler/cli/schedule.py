"""`kordon schedule`: how to run Kordon regularly, for cron, systemd and Kubernetes."""

import shlex
import shutil
import sys
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from crawler.cli.console import Json, print_json
from crawler.cli.session import settings_of_kordon
from crawler.config import Config

IMAGE = "registry.example.org/kordon:0.1"


class Scheduler(StrEnum):
    """Who starts Kordon."""

    CRON = "cron"
    SYSTEMD = "systemd"
    KUBERNETES = "kubernetes"


FILES = {
    Scheduler.CRON: ("crontab",),
    Scheduler.SYSTEMD: ("kordon.service", "kordon-once.service", "kordon-once.timer"),
    Scheduler.KUBERNETES: ("kordon.yaml",),
}


def schedule(
    scheduler: Annotated[
        Scheduler, typer.Argument(help="Who starts Kordon: cron, systemd, kubernetes.")
    ],
    as_json: Json = False,
) -> None:
    """Print examples that run Kordon regularly, with this installation's paths."""
    found = examples(scheduler, Config.from_settings(settings_of_kordon()).home)
    if as_json:
        print_json(found)
        return
    for name, text in found.items():
        typer.echo(f"# --- {name}\n{text}")


def examples(scheduler: Scheduler, home: Path) -> dict[str, str]:
    """Return the files for one scheduler by name, each ready to be used as it is."""
    facts = {
        "kordon": _spelled(program(), scheduler),
        "home": home,
        "folder": _spelled(str(home), scheduler),
        "lock": "flock -n" if shutil.which("flock") else "lockf -t 0",  # macOS has the latter
        "image": IMAGE,
    }
    folder = files("crawler.cli").joinpath("schedules")
    return {
        name: Template(folder.joinpath(name).read_text("utf-8")).substitute(facts)
        for name in FILES[scheduler]
    }


def _spelled(path: str, scheduler: Scheduler) -> str:
    """Return a path as a command line of the scheduler's must have it."""
    if scheduler is Scheduler.CRON:
        return shlex.quote(path).replace("%", r"\%")
    if scheduler is Scheduler.SYSTEMD:
        return (f'"{path}"' if " " in path else path).replace("%", "%%")
    return path


def program() -> str:
    """Return the path of the `kordon` that runs now, as a scheduler must spell it."""
    beside = Path(sys.executable).with_name("kordon")
    return str(beside) if beside.exists() else shutil.which("kordon") or "kordon"
