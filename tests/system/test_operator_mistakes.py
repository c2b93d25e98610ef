"""Mistakes operators make, provoked: one sentence with cause and remedy, and the right exit code.

Exit codes: 1 could not be done, 2 command or setting wrong, 3 the store (crawler/cli/exits.py).
"""

import contextlib
import json
import os
import resource
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import redis

from crawler.cli import main
from crawler.store import keys

LIST = ("stories", "list")
RUN = ("run", "--once", "--json")
REDIS = "redis://127.0.0.1:1/0"
SECRET = "hunter2"


class Server(socketserver.ThreadingTCPServer):
    """Answers as a Redis that says of itself what it is told to."""

    daemon_threads = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            with contextlib.suppress(ValueError, ConnectionError):
                while line := self.rfile.readline():
                    words = [self._word() for _ in range(int(line[1:]))]
                    self.wfile.write(self.server.answer(words[0].upper()))

        def _word(self):
            return self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2]

    def __init__(self, **facts):
        super().__init__(("127.0.0.1", 0), self.Handler)
        info = {"redis_version": "7.2.0", "redis_mode": "standalone", "role": "master",
                "maxmemory_policy": "noeviction"} | facts  # fmt: skip
        self.info = "".join(f"{name}:{value}\r\n" for name, value in info.items()).encode()

    def answer(self, command):
        if command == b"HELLO":
            return b"%1\r\n$5\r\nproto\r\n:3\r\n"
        if command == b"INFO":
            return b"$%d\r\n%b\r\n" % (len(self.info), self.info)
        return b"+OK\r\n"


@contextlib.contextmanager
def a_server(**facts):
    with Server(**facts) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
        server.shutdown()


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("KORDON_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KORDON_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def kordon(home, monkeypatch, capsys):
    """Run the command as `kordon` does; return its exit code and what it said to the operator."""

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr(sys, "argv", ["kordon", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main.main()
        return left.value.code, capsys.readouterr().err

    return run


@pytest.fixture
def redis_url(server, server_socket):
    return f"unix://{server_socket}"


def one_sentence(said):
    """The sentence for the operator; anything else on standard error is a fault."""
    assert "Traceback" not in said
    assert SECRET not in said
    lines = said.strip().splitlines()
    if lines and lines[0].startswith("Usage:"):
        return lines[-1].removeprefix("Error: ")
    assert len(lines) == 1, said
    assert lines[0].startswith("kordon: ")
    cause, _, remedy = lines[0].partition("; ")
    assert cause
    assert remedy, f"no remedy: {said}"
    return lines[0]


# --- the command line, variables and files: nothing is started ---------------------------------

MISTAKES = {
    "a command that does not exist": (("rum",), {}, ["No such command 'rum'", "run"]),
    "an option that does not exist": (("run", "--onse"), {}, ["No such option", "--once"]),
    "two ways to end": (("run", "--once", "--watch"), {}, ["exclude each other"]),
    "once and for": (("run", "--once", "--for", "2h"), {}, ["exclude each other"]),
    "a span in words": (("run", "--for", "soon"), {}, ["--for soon", "write it as 90s"]),
    "no span": (("run", "--for", "0s"), {}, ["--for 0s", "write it as 90s"]),
    "a span of ages": (("run", "--for", "9999999999d"), {}, ["up to a year"]),
    "no pages": (("run", "--max-pages", "0"), {}, ["--max-pages", "greater than or equal to 1"]),
    "no rate": (("run", "--host-rate", "0"), {}, ["--host-rate is 0.0", "give 0.001"]),
    "a rate in words": (("run", "--host-rate", "fast"), {}, ["--host-rate", "number"]),
    "a misspelt topic": (("run", "--topic", "ukrain-border"), {}, ["name ukraine-border"]),
    "a topic nobody knows": (
        ("run", "--topic", "nope"), {},
        ["no topic 'nope'", "known are everything, ukraine-border"]),
    "serving a topic nobody knows": (
        ("serve", "--port", "0", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "listing a topic nobody knows": (
        ("stories", "list", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "a story of a topic nobody knows": (
        ("stories", "show", "x", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "an article of a topic nobody knows": (
        ("articles", "show", 20 * "a", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "the reasons in a topic nobody knows": (
        ("stories", "why", "x", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "a pair in a topic nobody knows": (
        ("explain", 20 * "a", 20 * "b", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "a hook on a topic nobody knows": (
        ("hooks", "add", "https://r.example/", "--topic", "nope"), {}, ["no topic 'nope'"]),
    "a hook on a topic that is not collected": (
        ("hooks", "add", "https://r.example/", "--topic", "everything"), {}, ["no active topic"]),
    "labels of a topic nobody knows": (
        ("evaluate", "relevance", __file__, "--topic", "nope"), {}, ["no topic 'nope'"]),
    "rechecking a topic nobody knows": (("topics", "recheck", "nope"), {}, ["no topic 'nope'"]),
    "a catalogue that is not there": (
        ("run", "--catalog", "/none/my.csv"), {}, ["/none/my.csv", "No such file", "check"]),
    "a catalogue that is a folder": (("run", "--catalog", "/tmp"), {}, ["/tmp", "directory"]),
    "a text and a file": (
        ("topics", "test", "everything", "--text", "x", "--file", "y"), {}, ["not both"]),
    "a text of no topic": (("topics", "test", "elections", "--text", "x"), {}, ["no topic"]),
    "a text file that is not there": (
        ("topics", "test", "everything", "--file", "/none/x"), {}, ["/none/x", "--file"]),
    "a host in two words": (("hosts", "show", "two words"), {}, ["is no host", "www."]),
    "an article that is no address": (("articles", "show", "x"), {}, ["neither an address"]),
    "an article and itself": (
        ("explain", "https://a.example/x", "https://a.example/x"), {}, ["the same article"]),
    "forgetting without a reason": (
        ("articles", "forget", "https://a.example/"), {}, ["--why"]),
    "retrying nothing": (("frontier", "retry"), {}, ["--all"]),
    "a restore of what is not there": (("restore", "/none/x"), {}, ["/none/x", "mend the path"]),
    "an address of another kind": (
        LIST, {"KORDON_REDIS_URL": "http://:hunter2@h"}, ["unknown kind", "redis://"]),
    "a password that is not encoded": (
        LIST, {"KORDON_REDIS_URL": "redis://:hunter2/#@h:6379"}, ["percent-encode"]),
    "an unknown option of an address": (
        LIST, {"KORDON_REDIS_URL": f"{REDIS}?tiemout=hunter2"}, ["unknown option", "known are"]),
    "authorities without TLS": (
        LIST, {"KORDON_REDIS_URL": REDIS, "KORDON_REDIS_CA": __file__}, ["asks for no TLS"]),
    "authorities without a server": (
        LIST, {"KORDON_REDIS_CA": __file__}, ["no KORDON_REDIS_URL"]),
    "authorities that are not there": (
        LIST, {"KORDON_REDIS_URL": "rediss://h", "KORDON_REDIS_CA": "/none.pem"},
        ["/none.pem", "PEM"]),
    "a certificate without its key": (
        LIST, {"KORDON_REDIS_URL": "rediss://h", "KORDON_REDIS_CERT": __file__}, ["give both"]),
    "a misspelt variable": (
        LIST, {"KORDON_REDIS_ULR": "redis://:hunter2@h"}, ["write KORDON_REDIS_URL"]),
    "a setting as a variable": (LIST, {"KORDON_RETRIES": "5"}, ["RETRIES into settings.toml"]),
    "a secret's file that is not there": (
        LIST, {"KORDON_REDIS_URL_FILE": "/none/secret"}, ["/none/secret", "readable file"]),
    "a contact that is no address": (
        RUN, {"KORDON_CONTACT": "me"}, ["'me' is no address", "news@example.org"]),
    "settings that are not there": (
        LIST, {"KORDON_SETTINGS": "/none/s.toml"}, ["/none/s.toml", "mend the path"]),
    "stopping somebody else's server": (
        ("server", "stop"), {"KORDON_REDIS_URL": REDIS}, ["does not manage", "unset"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_slip_of_the_pen_is_told_with_its_remedy(kordon, home, mistake):
    arguments, environment, words = MISTAKES[mistake]
    code, said = kordon(*arguments, **environment)
    assert code == 2
    for word in words:
        assert word in one_sentence(said)
    assert not (home / "redis").exists()  # found before anything was started


SETTINGS = {
    "not TOML": ("RETRIES =", ["settings.toml", "cannot be read"]),
    "a misspelt name": ("HOST_RATE_PER_SECONDS = 1", ["write HOST_RATE_PER_SECOND"]),
    "a name of Scrapy's": ("TELNETCONSOLE_ENABLED = true", ["no setting TELNETCONSOLE_ENABLED"]),
    "a number in quotes": ('RETRIES = "5"', ["not a whole number", "give 0 to 100"]),
    "out of range": ("IN_FLIGHT = 100000", ["IN_FLIGHT is 100000", "give 1 to 1,000"]),
    "shorter than its shortest": ("POLL_LONGEST_SECONDS = 60", ["POLL_", "lower the first"]),
    "a lease shorter than the work": ("LEASE_SECONDS = 5", ["LEASE_SECONDS", "lower the first"]),
    "no topic": ("TOPICS = []", ["TOPICS is empty", "ukraine-border"]),
    "no network": ('FETCH_ALLOW_ADDRESSES = ["localhost"]', ["write networks as 10.0.0.0/8"]),
    "a place for no contact": ('CONTACT = "a@b.org"\nUSER_AGENT = "x"', ["write {contact}"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", SETTINGS)
def test_a_wrong_settings_file_is_told_by_line_and_remedy(kordon, home, mistake):
    text, words = SETTINGS[mistake]
    (home / "settings.toml").write_text(text)
    code, said = kordon(*LIST)
    assert code == 2
    for word in words:
        assert word in one_sentence(said)


TABLES = {
    "empty": ("", ["line 1", "outlet_id is missing", "begin the table with"]),
    "semicolons": ("outlet_id;name;homepage;feed_url\n", ["is missing", "separated by commas"]),
    "a column short": ("outlet_id,name,homepage\na,A,\n", ["column feed_url is missing"]),
    "a row short of a value": (
        "outlet_id,name,homepage,feed_url\na,A,\n",
        ["line 2, column feed_url", "fewer values than columns", "write a comma"]),
    "a misspelt column": ("outlet_id,name,homepage,feed_url,contry\n", ["write country"]),
    "another scheme": (
        "outlet_id,name,homepage,feed_url\na,A,,ftp://a.example/f\n", ["line 2", "https://"]),
    "not UTF-8": ("outlet_id,name,homepage,feed_url\na,\udcff,,\n", ["cannot be read"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", TABLES)
def test_a_wrong_catalogue_is_told_by_line_and_remedy(kordon, tmp_path, mistake):
    text, words = TABLES[mistake]
    file = tmp_path / "my.csv"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    code, said = kordon("run", "--catalog", file)
    assert code == 2
    for word in ("my.csv", *words):
        assert word in one_sentence(said)


# --- the server --------------------------------------------------------------------------------

UNFIT = {
    "too old": ({"redis_version": "6.2.14"}, ["redis 6.2.14", "upgrade it"]),
    "too old a Valkey": ({"valkey_version": "7.2.5"}, ["valkey 7.2.5", "upgrade it"]),
    "evicting": ({"maxmemory_policy": "allkeys-lru"}, ["throw keys away", "noeviction"]),
    "of a cluster": ({"redis_mode": "cluster"}, ["cluster node", "not part of a Cluster"]),
}


@pytest.mark.parametrize("mistake", UNFIT)
def test_a_server_that_cannot_be_used_is_refused_with_what_to_change(kordon, mistake):
    facts, words = UNFIT[mistake]
    with a_server(**facts) as url:
        code, said = kordon(*LIST, KORDON_REDIS_URL=url)
    assert code == 2
    for word in words:
        assert word in one_sentence(said)


def test_a_replica_is_the_stores_trouble(kordon):
    with a_server(role="slave") as url:
        code, said = kordon(*LIST, KORDON_REDIS_URL=url)
    assert code == 3
    assert "give its primary's address" in one_sentence(said)


@pytest.mark.parametrize("url", [REDIS, "redis://:hunter2@no-such-host.invalid:6379/0"])
def test_a_server_that_is_not_there_is_the_stores_trouble(kordon, url):
    code, said = kordon(*LIST, KORDON_REDIS_URL=url)
    assert code == 3
    assert "mend KORDON_REDIS_URL" in one_sentence(said)


def test_tls_spoken_to_a_server_without_is_the_stores_trouble(kordon):
    with a_server() as url:
        code, said = kordon(*LIST, KORDON_REDIS_URL=url.replace("redis:", "rediss:"))
    assert code == 3
    assert "cannot be reached" in one_sentence(said)


@pytest.fixture
def limited(server_socket):
    """A user with a password who may touch nothing of ours."""
    with redis.Redis(unix_socket_path=server_socket) as client:
        client.execute_command("ACL", "SETUSER", "guest", "on", f">{SECRET}", "~other:*", "+@all")
        yield f"unix://guest:{{}}@{server_socket}"
        client.execute_command("ACL", "DELUSER", "guest")


def test_a_wrong_password_is_told_without_it(kordon, limited):
    code, said = kordon(*LIST, KORDON_REDIS_URL=limited.format(SECRET + "x"))
    assert code == 3
    assert "mend them in KORDON_REDIS_URL" in one_sentence(said)


def test_a_user_without_rights_is_told_what_to_grant(kordon, server, limited):
    code, said = kordon(*LIST, KORDON_REDIS_URL=limited.format(SECRET))
    assert code == 3
    assert "grant it" in one_sentence(said)


# --- the store and the home --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("recipe", "0123456789", ["was built with recipe 0123456789", "kordon index build"]),
        ("schema", "999", ["a newer Kordon", "upgrade Kordon"]),
        ("schema", "0", ["an older Kordon", "or begin with an empty store"]),
    ],
)
def test_a_store_of_another_kordon_is_left_alone(kordon, redis_url, field, value, words):
    mark = {"schema": str(keys.SCHEMA_VERSION), "recipe": "0123456789", field: value}
    with redis.Redis.from_url(redis_url) as client:
        client.hset(keys.meta(), mapping=mark)
    code, said = kordon(*LIST, KORDON_REDIS_URL=redis_url)
    assert code == 2
    for word in words:
        assert word in one_sentence(said)


@pytest.mark.parametrize("home_is", ["a file", "nowhere"])
def test_a_home_that_cannot_be_used_is_told_how_to_move_it(kordon, tmp_path, home_is):
    file = tmp_path / "file"
    file.write_text("")
    where = {"a file": file / "home", "nowhere": Path("/proc/kordon")}[home_is]
    code, said = kordon(*LIST, KORDON_HOME=where)
    assert code == 2
    assert "set KORDON_HOME to a directory of yours" in one_sentence(said)


def test_what_is_not_there_is_said_so(kordon, redis_url):
    for arguments in (("stories", "show", "x"), ("articles", "show", "https://a.example/")):
        code, said = kordon(*arguments, KORDON_REDIS_URL=redis_url)
        assert code == 1
        assert "expired" in one_sentence(said)


def test_an_unknown_feed_is_not_paused(kordon, redis_url):
    code, said = kordon("feeds", "pause", "nobody", KORDON_REDIS_URL=redis_url)
    assert code == 2
    assert "kordon feeds list" in one_sentence(said)


# --- backups -----------------------------------------------------------------------------------


def test_a_backup_replaces_no_file_unasked(kordon, redis_url):
    code, said = kordon("backup", __file__, KORDON_REDIS_URL=redis_url)
    assert code == 2
    assert "--force" in one_sentence(said)


def test_a_backup_needs_a_folder(kordon, redis_url):
    code, said = kordon("backup", "/none/x.tar", KORDON_REDIS_URL=redis_url)
    assert code == 2
    assert "give a path in a directory of yours" in one_sentence(said)


def test_a_backup_on_a_full_disk_is_told_and_leaves_nothing(kordon, redis_url, tmp_path):
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    target = tmp_path / "folder" / "x.tar"
    target.parent.mkdir()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, most))  # as a full disk: no write beyond
    try:
        code, said = kordon("backup", target, KORDON_REDIS_URL=redis_url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert code == 2
    assert "with room" in one_sentence(said)
    assert list(target.parent.iterdir()) == []


def test_another_file_is_not_restored(kordon, redis_url):
    code, said = kordon("restore", __file__, KORDON_REDIS_URL=redis_url)
    assert code == 2
    assert "no backup" in one_sentence(said)


def test_a_restore_replaces_nothing_unasked(kordon, redis_url, tmp_path, capsys):
    with redis.Redis.from_url(redis_url) as client:
        client.set("kordon:p1:{crawl}:x", "1")
    file = tmp_path / "x.tar"
    code, _ = kordon("backup", file, KORDON_REDIS_URL=redis_url)
    assert code == 0
    code, said = kordon("restore", file)
    assert code == 2
    assert "1 keys and 0 corpus segments" in one_sentence(said)


# --- the network, and Kordon itself -------------------------------------------------------------


def test_without_a_network_the_run_says_what_it_tried(home, redis_url, tmp_path):
    file = tmp_path / "my.csv"
    file.write_text("outlet_id,name,homepage,feed_url\na,A,,https://no-such-host.invalid/f\n")
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli.main import main; main()",
         "run", "--catalog", str(file), "--json"],
        env=os.environ | {"KORDON_REDIS_URL": redis_url, "KORDON_CONTACT": "a@example.org"},
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        "no feed could be reached: 1 was tried (1 dns): https://no-such-host.invalid/f"
        in done.stderr
    )
    assert "make demo" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["counts"]


def test_with_debug_the_trace_is_shown_and_the_secret_is_not(home, monkeypatch):
    monkeypatch.setenv("KORDON_REDIS_URL", f"redis://:{SECRET}@127.0.0.1:1/0")
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli.main import main; main()", "--debug", *LIST],
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert "Traceback" in done.stderr
    assert SECRET not in done.stderr + done.stdout


def test_a_fault_of_our_own_is_called_one():
    assert main.exit_code(RuntimeError("x")) == 70
    assert "--debug" in main.sentence(RuntimeError("x"))
    assert main.sentence(OSError(28, "No space left on device", "/x")).startswith("/x: No space")
