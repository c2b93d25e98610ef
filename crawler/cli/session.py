"""What every command starts from: the settings, and the wired application."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from crawler import __file__ as package_file
from crawler.app import App, open_app
from crawler.catalog.changes import settled
from crawler.catalog.outlets import Catalogue, shipped_catalogue
from crawler.catalog.topics import known_topic
from crawler.cli.feed_lists import print_refused, read_list
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.overrides import changed_settings, settings_file, variables


def settings_of_kordon() -> Mapping[str, Any]:
    """Return the defaults with what the operator's settings file changes.

    Raises:
        ConfigError: The defaults found are not ours, or the file cannot be used.
    """
    return default_settings() | operators_settings()


def default_settings() -> dict[str, Any]:
    """Return the constants of the `settings.py` that stands beside our package.

    Found by its place, never through the working directory: another project's `settings` that
    comes first on the path is refused.

    Raises:
        ConfigError: The module found is not ours.
    """
    module = import_module("settings")
    ours = Path(package_file).resolve().parent.parent / "settings.py"
    found = Path(module.__file__ or "").resolve()
    if found != ours or getattr(module, "BOT_NAME", "") != "kordon":
        raise ConfigError(
            f"the settings found are {found}, not Kordon's", "run kordon in its own environment"
        )
    return {name: getattr(module, name) for name in dir(module) if name.isupper()}


def operators_settings() -> dict[str, Any]:
    """Return what the operator's settings file changes; nothing when there is none."""
    file = settings_file(variables(os.environ))
    return changed_settings(file) if file else {}


def config_on(topics: Sequence[str] | None, **changes: object) -> Config:
    """Return the operator's configuration with what options change, on the topics they name.

    Raises:
        ConfigError: There is no such topic, or a value cannot be used.
    """
    named = {"TOPICS": tuple(topics)} if topics else {}
    config = Config.from_settings({**settings_of_kordon(), **named, **changes})
    for name in config.topics:
        known_topic(name, config.own_topics)
    return config


def scrapys_words(config: Config) -> Mapping[str, Any]:
    """Return what of the configuration Scrapy knows under names of its own."""
    return {
        "USER_AGENT": config.user_agent,
        "REDIRECT_MAX_TIMES": config.max_redirects,
        "DOWNLOAD_MAXSIZE": config.max_body_bytes,
        "DOWNLOAD_TIMEOUT": config.body_deadline.total_seconds(),
        "CONCURRENT_REQUESTS": 2 * config.in_flight,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": config.in_flight * config.max_body_bytes,
    }


def catalogue_of(path: Path) -> Catalogue:
    """Return the catalogue in a file; what is refused of it is told."""
    found = read_list(path)
    print_refused(found.refused)
    return found.catalogue if found.has_facts else settled(found.catalogue, shipped_catalogue())


def why_of(error: OSError | UnicodeDecodeError) -> str:
    """Return why a file could not be read or written, without its name."""
    return error.strerror or str(error) if isinstance(error, OSError) else "not UTF-8"


@asynccontextmanager
async def opened(config: Config | None = None) -> AsyncIterator[App]:
    """Yield the application on the operator's configuration, and close it cleanly."""
    async with open_app(config or Config.from_settings(settings_of_kordon())) as app:
        yield app
