"""Do copies that arrive together, in several processes, become one story?"""

import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from crawler.model import StoryId, TopicId
from crawler.store import keys

PROCESSES, ROUNDS = 4, 50
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def placers(server: Redis, server_socket: str):
    """Four processes with warm connections, waiting to be told which text to place."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.system.placing", server_socket, str(number)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    yield processes
    for process in processes:
        process.communicate()
        assert process.returncode == 0


async def test_twenty_copies_at_once_over_four_processes_make_one_story_fifty_times(
    placers, server
):
    groups = []
    for number in range(ROUNDS):
        for process in placers:
            process.stdin.write(f"text-{number}\n")
        told = [process.stdout.readline().split() for process in placers]
        groups.append({story for stories in told for story in stories})
    assert [len(group) for group in groups] == [1] * ROUNDS
    listed = await server.zcard(keys.public(TopicId("everything"), "stories"))
    assert listed == ROUNDS
    assert len({StoryId(story) for group in groups for story in group}) == ROUNDS
