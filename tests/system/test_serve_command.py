"""`kordon serve` as a process: it listens, answers, and ends cleanly when told."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection

import pytest

from crawler.cli.serve import listening

KORDON = Path(sys.executable).with_name("kordon")


@pytest.fixture
def serving(server_socket, tmp_path):
    """The process and its address, once it says that it listens."""
    environ = os.environ | {
        "KORDON_HOME": str(tmp_path), "KORDON_REDIS_URL": f"unix://{server_socket}",
    }  # fmt: skip
    command = [KORDON, "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("serving at "):
                break
        else:
            pytest.fail(f"it ended with {process.wait()}: {''.join(said)}")
        yield process, said[-1].split()[2]
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_end_and_ends_streams_too(serving, number):
    process, address = serving
    with urllib.request.urlopen(address) as answer:
        assert json.load(answer)["topics"][0]["id"] == "ukraine-border"
    stream = urllib.request.urlopen(f"{address}/ukraine-border/changes/stream")
    assert stream.readline().startswith(b"retry: ")
    process.send_signal(number)
    assert process.wait(90) == 0
    stream.read()
    stream.close()


def test_an_address_in_use_is_told_in_a_sentence(serving, server_socket, tmp_path):
    _, address = serving
    port = address.split(":")[2].partition("/")[0]
    environ = os.environ | {"KORDON_HOME": str(tmp_path / "other"),
                            "KORDON_REDIS_URL": f"unix://{server_socket}"}  # fmt: skip
    second = subprocess.run(
        [KORDON, "serve", "--port", port, "--quiet"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert "nothing can listen at 127.0.0.1:" in second.stderr


def test_the_parts_of_an_answer_do_not_wait_for_each_other():
    with listening("127.0.0.1", 0) as door, create_connection(door.getsockname()):
        client, _ = door.accept()
        with client:
            assert client.getsockopt(IPPROTO_TCP, TCP_NODELAY)
