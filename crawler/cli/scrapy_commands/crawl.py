"""`scrapy crawl`: what `kordon run` does, for who starts crawls in Scrapy's words.

A spider of a contributor's own is started as `kordon work spider` does.
"""

import logging
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.utils.conf import arglist_to_dict

from crawler.cli.main import main

SPIDER = "feeds"
FLAGS = frozenset({"once", "watch", "now", "json"})
ON, OFF = frozenset({"1", "true", "yes", "on", ""}), frozenset({"0", "false", "no", "off"})
OPTIONS_OF = {"HOST_RATE_PER_SECOND": "--host-rate", "TOPICS": "--topic"}


class Command(ScrapyCommand):
    """Scrapy would make the spider without the application that it works with."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return how the command is called."""
        return f"[options] {SPIDER}, or a spider of your own"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Crawl what is due, as `kordon run` does"

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the spider's arguments to the options of every command."""
        super().add_options(parser)
        parser.add_argument(
            "-a",
            dest="spargs",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="an option of `kordon run` (max_pages=50, catalog=my.csv, for=2h, watch=1), "
            "or what a spider of your own is told",
        )

    def run(self, args: list[str], opts: Namespace) -> None:
        """Run `kordon run` with these options, and end as it does."""
        if len(args) != 1:
            raise UsageError(f"name one spider: {SPIDER}, or one of your own")
        changed = list(_setting_options(opts.set))
        command = _command_of(args[0], opts.spargs)
        if self.settings is not None:  # Scrapy sets them before it runs a command
            _begin_logging(self.settings)
        main([*command, *changed])


def _command_of(spider: str, given: list[str]) -> list[str]:
    """Return the command of Kordon's that crawls with a spider, and what the spider is told."""
    if spider == SPIDER:
        return ["run", *_run_options(given)]
    return ["work", "spider", spider, *(f"{name}={it}" for name, it in _pairs(given, "-a").items())]


def _begin_logging(settings: Settings) -> None:
    """Log as the options say; a handler of Scrapy's own would end with its first crawler."""
    logging.basicConfig(
        filename=settings["LOG_FILE"],
        level=settings["LOG_LEVEL"] if settings.getbool("LOG_ENABLED") else logging.CRITICAL + 1,
        format=settings["LOG_FORMAT"],
        datefmt=settings["LOG_DATEFORMAT"],
    )


def _run_options(given: list[str]) -> Iterator[str]:
    """Yield a spider's arguments as options of `kordon run`.

    Raises:
        UsageError: One is no pair of name and value, or a switch that is neither on nor off.
    """
    for name, value in _pairs(given, "-a").items():
        option = f"--{name.replace('_', '-')}"
        if name not in FLAGS:
            yield from (option, value)
        elif value.lower() in ON:
            yield option
        elif value.lower() not in OFF:
            raise UsageError(f"-a {name}={value}: give 1 or 0", print_help=False)


def _setting_options(given: list[str]) -> Iterator[str]:
    """Yield settings as options of `kordon run`; those for logs are Scrapy's to obey.

    Raises:
        UsageError: A run has no option for the setting.
    """
    for name, value in _pairs(given, "-s").items():
        if name in OPTIONS_OF:
            for one in value.split(","):
                yield from (OPTIONS_OF[name], one)
        elif not name.startswith("LOG_"):
            raise UsageError(
                f"-s {name} is not taken, but {', '.join(OPTIONS_OF)} and LOG_...; others are "
                "changed in settings.toml in Kordon's home",
                print_help=False,
            )


def _pairs(given: list[str], option: str) -> dict[str, str]:
    try:
        return arglist_to_dict(given)
    except ValueError:
        raise UsageError(f"give {option} as NAME=VALUE", print_help=False) from None
