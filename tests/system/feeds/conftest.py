"""An installation of its own, its command line, and a publisher on loopback."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from crawler.cli.feed_exchange import app
from tests.site.publisher import Publisher

SETTINGS = 'FETCH_ALLOW_ADDRESSES = ["127.0.0.0/8"]\nHOST_RATE_PER_SECOND = 1000\n'


@pytest.fixture
def home(server, server_socket, tmp_path, monkeypatch):
    """An installation of its own that may ask this machine."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text(SETTINGS)
    monkeypatch.setenv("KORDON_HOME", str(home))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    return home


@pytest.fixture
def kordon(home):
    """Run a command beside the test's own loop; return exit code, document and what was said."""

    def run(*arguments: str):
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    async def command(*arguments: str):
        result = await asyncio.to_thread(run, *arguments)
        document = json.loads(result.stdout) if "--json" in arguments else result.stdout
        return result.exit_code, document, result.stderr

    return command


@pytest.fixture
async def site():
    async with Publisher() as site:
        yield site
