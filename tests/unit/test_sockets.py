import os
import tempfile
from pathlib import Path

import pytest

from crawler.errors import StoreError
from crawler.store.server.sockets import MAX_SOCKET_BYTES, is_private, socket_for


@pytest.fixture
def short():
    """A directory with a short path, as a login gives one."""
    with tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as directory:
        yield Path(directory)


@pytest.fixture
def data(tmp_path):
    data = tmp_path / "home" / "redis"
    data.mkdir(mode=0o700, parents=True)
    return data


def test_the_login_session_s_own_directory_is_preferred(data, short):
    assert socket_for(data, {"XDG_RUNTIME_DIR": str(short)}).parent == short / "kordon"


def test_without_a_login_session_the_socket_lies_in_a_directory_of_the_user(data):
    directory = socket_for(data, {}).parent
    assert directory.name == f"kordon-{os.geteuid()}"
    assert is_private(directory)


def test_a_directory_whose_path_is_too_long_is_passed_over(data, tmp_path):
    long = tmp_path / ("long" * 40)
    long.mkdir()
    socket = socket_for(data, {"XDG_RUNTIME_DIR": str(long)})
    assert long not in socket.parents
    assert len(os.fsencode(socket)) <= MAX_SOCKET_BYTES


def test_every_way_to_a_home_leads_to_one_socket(data, tmp_path):
    (tmp_path / "alias").symlink_to(data.parent)
    assert socket_for(tmp_path / "alias" / "redis", {}) == socket_for(data, {})


def test_two_homes_have_two_sockets(data, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    assert socket_for(other, {}) != socket_for(data, {})


def test_a_directory_somebody_else_put_a_link_in_is_passed_over(data, short):
    (short / "kordon").symlink_to(data)
    assert socket_for(data, {"XDG_RUNTIME_DIR": str(short)}).parent != short / "kordon"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o755])
def test_a_directory_that_is_open_to_others_is_passed_over(data, short, mode):
    (short / "kordon").mkdir()
    (short / "kordon").chmod(mode)
    assert socket_for(data, {"XDG_RUNTIME_DIR": str(short)}).parent != short / "kordon"


def test_a_directory_that_others_could_swap_is_not_private(short):
    (short / "mine").mkdir(mode=0o700)
    short.chmod(0o777)
    assert not is_private(short / "mine")
    short.chmod(0o1777)
    assert is_private(short / "mine")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_another_user_is_not_private(short):
    (short / "theirs").mkdir(mode=0o700)
    os.chown(short / "theirs", 12_345, 12_345)
    assert not is_private(short / "theirs")


def test_the_data_directory_serves_when_nothing_else_does(short, monkeypatch):
    data = short / "redis"
    data.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(short / "gone"))
    assert socket_for(data, {}).parent == data


def test_no_fit_directory_at_all_is_said_with_the_remedy(short, monkeypatch):
    data = short / ("long" * 40)
    data.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(short / "gone"))
    with pytest.raises(StoreError, match="XDG_RUNTIME_DIR"):
        socket_for(data, {})
