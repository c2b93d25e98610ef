"""`kordon index` from the command line: built anew under the recipe at hand, and switched."""

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
import redis
from articles import copies

from crawler.cli.session import opened
from crawler.dedup.placement import decide
from crawler.errors import ConfigError
from crawler.model import TopicId
from crawler.store import keys

TOPIC = TopicId("ukraine-border")


@pytest.fixture
def kordon(kordon):
    """Run a command that succeeds; return what it printed."""

    def run(*arguments):
        code, said = kordon(*arguments)
        assert code == 0
        return said

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
    read, left = json.loads(kordon("index", "status", "--json"))
    assert (left["is_read"], left["is_built"], left["articles"]) == (False, False, 3)
    assert left["keys"] > 10
    assert " left " in kordon("index", "status")
    with pytest.raises(ConfigError, match="no generation is being built; `kordon index retire`"):
        kordon("index", "retire", "--build")
    assert json.loads(kordon("index", "retire", "--json"))["keys"] >= left["keys"]
    (read,) = json.loads(kordon("index", "status", "--json"))
    assert (read["generation"], read["articles"]) == (built, 3)
    (story,) = json.loads(kordon("stories", "list", "--json"))
    assert story["copies"] == 3


def test_a_build_that_is_given_up_leaves_the_index_as_it_was(kordon, stocked):
    kordon("index", "build")
    assert json.loads(kordon("index", "retire", "--build", "--json"))["keys"] > 5
    (read,) = json.loads(kordon("index", "status", "--json"))
    assert (read["is_read"], read["articles"]) == (True, 3)


COMMAND = [sys.executable, "-c", "from crawler.cli.main import main; main()", "index", "build"]


@pytest.fixture
def interrupted(kordon, server_socket):
    """Begin to build and interrupt that; return its exit code and what it said."""

    def run():
        with redis.Redis(unix_socket_path=server_socket) as client:
            client.set(keys.lasting(TOPIC, "held"), "somebody", px=600_000)  # so that it waits
            with subprocess.Popen(COMMAND, stderr=subprocess.PIPE, text=True) as building:
                while not client.hexists(keys.meta(), "coming"):
                    assert building.poll() is None
                said = None
                while said is None:  # Python 3.11 may lose a signal within `wait_for`
                    building.send_signal(signal.SIGINT)
                    with suppress(subprocess.TimeoutExpired):
                        _, said = building.communicate(timeout=5)
            client.delete(keys.lasting(TOPIC, "held"))
        return building.returncode, said

    return run


def test_a_build_that_is_interrupted_says_how_to_go_on_and_is_compared_once_it_holds_any(
    kordon, stocked, interrupted
):
    code, said = interrupted()
    assert code == 130
    assert "`kordon index build` goes on" in said
    assert "`kordon index retire --build`" in said
    _, coming = json.loads(kordon("index", "status", "--json"))
    assert (coming["is_built"], coming["articles"], coming["agreement"]) == (True, 0, None)
    kordon("index", "build")
    _, coming = json.loads(kordon("index", "status", "--json"))
    assert (coming["articles"], coming["agreement"]) == (3, 1.0)


def test_giving_up_a_build_leaves_what_was_read_before_to_be_retired(kordon, stocked):
    kordon("index", "build")
    kordon("index", "switch")
    kordon("index", "build")
    kordon("index", "retire", "--build")
    read, left = json.loads(kordon("index", "status", "--json"))
    assert (read["is_read"], left["articles"]) == (True, 3)
    kordon("index", "retire")
    assert len(json.loads(kordon("index", "status", "--json"))) == 1
