"""The files in deploy/ name what is there, and run what the command line can read."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import typer.main
import yaml

from crawler.cli import main
from crawler.cli.supervise import STOP
from crawler.setting import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
UNIT = (DEPLOY / "systemd" / "kordon.service").read_text("utf-8")


def read_by_the_command_line(words):
    """Let the command line read a command's words, without doing anything."""
    name, *options = words
    command = typer.main.get_command(main.app).commands[name]
    return command.make_context(name, options).params


def instructions(name):
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def test_the_image_runs_everything_in_one_command():
    program, *words = yaml.safe_load(instructions("CMD")[-1])
    assert program == "kordon"
    assert words[0] == "up"
    assert read_by_the_command_line(words)["host"] == "0.0.0.0"


def test_the_image_holds_all_that_the_package_is_made_of():
    copied = {word for line in instructions("COPY") for word in line.split()[:-1]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    needed = {*wheel, "pyproject.toml", "requirements.lock", project["project"]["readme"],
              *project["project"]["license-files"]}  # fmt: skip
    assert needed == copied
    assert all((ROOT / name).exists() for name in copied)
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert {line.removeprefix("!") for line in allowed if line.startswith("!")} == copied


def test_the_image_takes_what_the_lock_names_by_hash_as_make_setup_does():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for flags in ("--require-hashes", "--requirement requirements.lock", "--no-build-isolation"):
        assert flags in makefile
        assert flags in re.sub(r"\s+", " ", DOCKERFILE)
    assert instructions("ARG") == ["PYTHON=3.11"]


def test_the_image_asks_for_its_health_where_it_listens():
    (port,) = instructions("EXPOSE")
    assert f"'127.0.0.1', {port}," in instructions("HEALTHCHECK")[0]
    assert instructions("USER") == ["10001"]


class Healthy(BaseHTTPRequestHandler):
    """Answers only what is asked of `/health` itself, as no proxy is asked."""

    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 502)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def test_the_image_asks_for_its_health_past_the_proxy_that_the_crawl_may_need():
    _, *words = json.loads(instructions("HEALTHCHECK")[0].partition(" CMD ")[2])
    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        command = [sys.executable, *(word.replace("8787", str(port)) for word in words)]
        proxied = os.environ | {"http_proxy": f"http://127.0.0.1:{port}"}
        assert subprocess.run(command, env=proxied, check=False).returncode == 0
        server.shutdown()
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_compose_gives_the_image_a_store_a_home_and_time_to_end():
    kordon, store = COMPOSE["services"]["kordon"], COMPOSE["services"]["valkey"]
    assert (DEPLOY / kordon["build"]["context"] / kordon["build"]["dockerfile"]).exists()
    assert kordon["environment"].keys() <= {variable.name for variable in VARIABLES}
    assert kordon["ports"] == ["127.0.0.1:8787:8787"]
    mounted = {one.partition(":")[0] for one in (*kordon["volumes"], *store["volumes"])}
    assert mounted == COMPOSE["volumes"].keys()
    assert timedelta(seconds=int(kordon["stop_grace_period"].rstrip("s"))) > STOP
    assert "noeviction" in store["command"]


def test_the_unit_runs_everything_and_leaves_it_time_to_end():
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    program, *words = shlex.split(line)
    assert program.endswith("/kordon")
    assert words[0] == "up"
    assert read_by_the_command_line(words)["json_log"]
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert timedelta(seconds=int(seconds)) > STOP


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    file = tmp_path / "kordon.service"
    file.write_text(UNIT.replace("/opt/kordon/.venv/bin/kordon", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
