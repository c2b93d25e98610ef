"""What every test may ask for: one real server for the session, emptied for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis
import redis.asyncio
from hypothesis import HealthCheck, settings

from crawler.store.server import embedded

# no test is about time: machines are slow, and busy with others
settings.register_profile("kordon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kordon")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def server_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The unix socket of a real server that lives as long as the session."""
    home = tmp_path_factory.mktemp("home")
    yield str(embedded.ensure_running(home).socket)
    embedded.stop(home)


@pytest.fixture(autouse=True)
def _emptied(request: pytest.FixtureRequest) -> None:
    """Whoever asks for the session's server in any way gets it without another test's data."""
    if "server_socket" in request.fixturenames:
        path = request.getfixturevalue("server_socket")
        with redis.Redis(unix_socket_path=path) as client:
            client.flushall()


@pytest.fixture
async def server(server_socket: str) -> AsyncIterator[redis.asyncio.Redis]:
    """A client of the session's server, which is empty at the start of the test."""
    client = redis.asyncio.Redis(unix_socket_path=server_socket, protocol=3, legacy_responses=False)
    await client.flushall()  # a fixture that asks for this by name is not in `fixturenames`
    yield client
    await client.aclose()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, whose server, if one was started, ends with the test."""
    yield tmp_path / "home"
    embedded.stop(tmp_path / "home")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded news beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the recorded news (../shared) is not beside this checkout")
    return SHARED
