"""Who works: a name for each process, and who of this machine works no more."""

import os
import socket

import psutil

from crawler.model import WorkerId
from crawler.ports import Frontier

START_TOLERANCE_SECONDS = 2.0  # the kernel's account of a start wavers with the clock


def this_worker() -> WorkerId:
    """Return a name for this process that no other ever has: machine, pid and start time."""
    started = psutil.Process().create_time()
    return WorkerId(f"{socket.gethostname()}:{os.getpid()}:{started:.2f}")


def is_dead(worker: WorkerId) -> bool:
    """Tell whether a worker of this machine has ended; of other machines nothing is known."""
    host, pid, started = worker.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        wavering = abs(psutil.Process(int(pid)).create_time() - float(started))
    except psutil.NoSuchProcess:
        return True
    return wavering > START_TOLERANCE_SECONDS


async def reclaim_from_the_dead(frontier: Frontier) -> int:
    """Free what crashed workers of this machine had leased, so that nobody waits for it."""
    dead = [worker for worker in await frontier.workers() if is_dead(worker)]
    return sum([await frontier.reclaim(worker) for worker in dead])
