"""Fixtures of the contract tests: one body, run on the twin in memory and on a real server."""

import pytest
from frontiers import RULES, START

from crawler.store.clock import SimulatedClock
from crawler.store.frontier import RedisFrontier
from crawler.store.memory_frontier import MemoryFrontier


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture(params=[("memory", 3), ("redis", 3)], ids=lambda param: param[0])
def frontier(request, clock):
    kind, losses = request.param
    if kind == "memory":
        return MemoryFrontier(clock, **RULES, losses=losses)
    return RedisFrontier(request.getfixturevalue("server"), clock, **RULES, losses=losses)
