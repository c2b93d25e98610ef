"""What every command starts from: the settings beside the package, and the wired application."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from crawler import __file__ as package_file
from crawler.app import App, open_app
from crawler.config import Config
from crawler.errors import ConfigError


def settings_of_kordon() -> Mapping[str, Any]:
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


@asynccontextmanager
async def opened(config: Config | None = None) -> AsyncIterator[App]:
    """Yield the application on the operator's configuration, and close it cleanly."""
    async with open_app(config or Config.from_settings(settings_of_kordon())) as app:
        yield app
