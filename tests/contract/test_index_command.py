"""`kordon index` from the command line: built anew under the recipe at hand, and switched."""

import asyncio
import json

import pytest
from newsroom import copies
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.cli.session import opened
from crawler.dedup.placement import decide
from crawler.errors import ConfigError
from crawler.model import TopicId

TOPIC = TopicId("ukraine-border")


@pytest.fixture
def kordon(server, server_socket, tmp_path, monkeypatch):
    """Run a command; return what it printed."""
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, Exception):
            raise result.exception
        assert result.exit_code == 0
        return result.stdout

    return run


@pytest.fixture
def stocked(kordon):
    async def place():
        async with opened() as wired:
            for article in copies(3):
                await wired.corpus.keep(article)
                await wired.stories.place(TOPIC, article, decide)

    asyncio.run(place())


def test_an_empty_index_has_no_generation_to_show(kordon):
    assert json.loads(kordon("index", "status", "--json")) == []
    with pytest.raises(ConfigError, match="kordon index build"):
        kordon("index", "switch")


def test_an_index_is_built_compared_switched_and_the_old_one_removed(kordon, stocked):
    built = json.loads(kordon("index", "build", "--json"))["generation"]
    read, coming = json.loads(kordon("index", "status", "--json"))
    assert (read["is_read"], coming["is_read"], coming["generation"]) == (True, False, built)
    assert (coming["articles"], coming["stories"], coming["agreement"]) == (3, 1, 1.0)
    assert "100.00 %" in kordon("index", "status")
    switched = json.loads(kordon("index", "switch", "--json"))
    assert switched == [{"topic": TOPIC, "events": {}}]
    assert json.loads(kordon("index", "retire", "--json"))["keys"] > 10
    (read,) = json.loads(kordon("index", "status", "--json"))
    assert (read["generation"], read["articles"]) == (built, 3)
    (story,) = json.loads(kordon("stories", "list", "--json"))
    assert story["copies"] == 3


def test_a_build_that_is_given_up_leaves_the_index_as_it_was(kordon, stocked):
    kordon("index", "build")
    assert json.loads(kordon("index", "retire", "--build", "--json"))["keys"] > 5
    (read,) = json.loads(kordon("index", "status", "--json"))
    assert (read["is_read"], read["articles"]) == (True, 3)
