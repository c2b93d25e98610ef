import json

import pytest
from typer.testing import CliRunner

from crawler.cli.server import app
from crawler.errors import ConfigError
from crawler.store.server import embedded


@pytest.fixture
def kordon(home, monkeypatch):
    """Run `kordon server ...` on a home of its own; return exit code and what it printed."""
    monkeypatch.setenv("KORDON_HOME", str(home))
    monkeypatch.delenv("KORDON_REDIS_URL", raising=False)

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, Exception):
            raise result.exception
        return result.exit_code, result.stdout

    return run


def test_where_nothing_runs_status_says_so_and_fails(kordon, home):
    assert kordon("status") == (1, f"No server runs for {home}.\n")
    assert kordon("stop") == (0, "No server was running.\n")


def test_a_home_that_cannot_be_entered_is_no_home_without_a_server(kordon, home, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(home.with_name("x" * 300)))
    for command in ("status", "stop"):
        with pytest.raises(ConfigError, match=r"cannot be used \(File name too long\)"):
            kordon(command)


def test_a_started_server_is_shown_and_stopped(kordon, home):
    code, said = kordon("start")
    running = embedded.status(home)
    assert (code, said) == (
        0,
        f"{running.version} runs at {running.socket} (pid {running.pid}).\n",
    )
    code, said = kordon("status")
    assert code == 0
    assert f"(pid {running.pid}) is ready; connections: 0" in said
    assert kordon("stop") == (0, "The server is stopped.\n")
    assert embedded.status(home) is None


def test_programs_read_the_same_as_json(kordon, home):
    assert json.loads(kordon("status", "--json")[1]) == {"running": False}
    started = json.loads(kordon("start", "--json")[1])
    shown = json.loads(kordon("status", "--json")[1])
    assert started.items() <= shown.items()
    assert shown["socket"] == str(embedded.status(home).socket)
    assert shown["append_only"] is True
    assert json.loads(kordon("stop", "--json")[1]) == {"stopped": True}


def test_a_server_of_the_operator_s_own_is_shown_without_its_password(
    kordon, server_socket, monkeypatch
):
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://default:s3cr3t@{server_socket}")
    code, said = kordon("status")
    assert code == 0
    assert f"at unix://{server_socket} is ready" in said
    assert "s3cr3t" not in said


@pytest.mark.parametrize("command", ["start", "stop"])
def test_a_server_of_the_operator_s_own_is_not_managed(kordon, monkeypatch, command):
    monkeypatch.setenv("KORDON_REDIS_URL", "redis://example.org")
    with pytest.raises(ConfigError, match="does not manage"):
        kordon(command)
