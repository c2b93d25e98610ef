"""Signatures that any receiver can check: the standard's own sample, and two other programs."""

import base64
import importlib.util
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.render.webhook import (
    change_message,
    gap_message,
    key_of,
    ping_message,
    signature,
    signed,
    written_secret,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = written_secret(b"k" * 32)
MESSAGE = ping_message("hook-1", NOON)


def headers_of(message, *secrets):
    return {name: value.decode() for name, value in signed(message, secrets, NOON).items()}


def in_python(headers, body, secret, now):
    spec = importlib.util.spec_from_file_location("receiving", EXAMPLES / "receive_webhooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.is_genuine(headers, body, secret, now)


def in_node(headers, body, secret, now):
    script = (
        f"import {{ isGenuine }} from '{EXAMPLES / 'receive_webhooks.mjs'}';"
        "import { readFileSync } from 'node:fs';"
        "const [headers, body, secret, now] = JSON.parse(readFileSync(0));"
        "console.log(isGenuine(headers, Buffer.from(body, 'base64'), secret, now));"
    )
    given = json.dumps([headers, base64.b64encode(body).decode(), secret, now])
    done = subprocess.run(["node", "--input-type=module", "-e", script],
                          input=given, capture_output=True, text=True, check=True)  # fmt: skip
    return {"true": True, "false": False}[done.stdout.strip()]


node = pytest.mark.skipif(not shutil.which("node"), reason="Node is not here")
CHECKS = [in_python, pytest.param(in_node, marks=node)]


def test_the_sample_of_the_standard_is_signed_as_it_says():
    given = signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("is_genuine", CHECKS)
def test_another_program_takes_what_we_sign(is_genuine):
    now = NOON.timestamp()
    assert is_genuine(headers_of(MESSAGE, SECRET), MESSAGE.body, SECRET, now)


@pytest.mark.parametrize("is_genuine", CHECKS)
def test_another_program_refuses_what_is_forged_or_old(is_genuine):
    headers, now = headers_of(MESSAGE, SECRET), NOON.timestamp()
    assert not is_genuine(headers, MESSAGE.body + b" ", SECRET, now)
    assert not is_genuine(headers | {"webhook-id": "hook-2"}, MESSAGE.body, SECRET, now)
    assert not is_genuine(headers, MESSAGE.body, written_secret(b"l" * 32), now)
    assert not is_genuine(headers, MESSAGE.body, SECRET, now + 301)
    later = str(int(now) + 1)
    assert not is_genuine(headers | {"webhook-timestamp": later}, MESSAGE.body, SECRET, now)
    assert not is_genuine(headers | {"webhook-timestamp": "²"}, MESSAGE.body, SECRET, now)
    assert not is_genuine({}, MESSAGE.body, SECRET, now)


@pytest.mark.parametrize("is_genuine", CHECKS)
def test_while_a_secret_is_exchanged_a_receiver_may_know_either(is_genuine):
    former, now = written_secret(b"l" * 32), NOON.timestamp()
    headers = headers_of(MESSAGE, SECRET, former)
    assert is_genuine(headers, MESSAGE.body, SECRET, now)
    assert is_genuine(headers, MESSAGE.body, former, now)
    assert not is_genuine(headers, MESSAGE.body, written_secret(b"m" * 32), now)


def test_a_secret_is_written_as_it_is_read():
    assert key_of(SECRET) == b"k" * 32


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!!", "x" * 200])
def test_what_is_no_secret_is_refused(text):
    with pytest.raises(ValueError, match="not "):
        key_of(text)


def test_a_change_is_told_with_its_story_as_it_stands():
    message = change_message(
        "hook-1", "joined", NOON, b'{"kind":"joined"}', story=b'{"id":"s"}', excerpt="Short.",
        state_controlled=["wire"],
    )  # fmt: skip
    assert json.loads(message.body) == {
        "type": "joined",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {
            "change": {"kind": "joined"},
            "story": {"id": "s"},
            "other": None,
            "excerpt": "Short.",
            "state_controlled": ["wire"],
        },
    }


def test_a_story_that_is_gone_is_told_as_none():
    message = change_message("h", "expired", NOON, b"{}", story=None, excerpt="",
                             state_controlled=())  # fmt: skip
    assert json.loads(message.body)["data"]["story"] is None


def test_a_gap_names_what_is_lost():
    told = json.loads(gap_message("hook-1", NOON, "1-0", "7-2").body)
    assert (told["type"], told["data"]) == ("gap", {"after": "1-0", "until": "7-2"})
