"""`kordon hooks` against a real store and a real receiver; no output holds a secret."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from articles import RECIPE, an_article, decide
from typer.testing import CliRunner

from crawler.cli.hooks import app
from crawler.errors import ConfigError
from crawler.hook import HookId, HookState, Letter, Turn
from crawler.model import ChangeId, TopicId
from crawler.store.clock import SimulatedClock
from crawler.store.hooks import RedisHooks
from crawler.store.published import RedisPublished
from crawler.store.stories import RedisStories
from crawler.store.texts import RedisTexts
from tests.site.receiver import Receiver, answering

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TOPIC = TopicId("ukraine-border")
URL = "https://r.example/path-nobody-sees?token=unseen"


@pytest.fixture
def kordon(server, server_socket, tmp_path, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")

    def run(*words):
        return CliRunner().invoke(app, words, catch_exceptions=False)

    return run


@pytest.fixture
def asked(kordon):
    return lambda *words: json.loads(kordon(*words, "--json").stdout)


def test_a_hook_is_added_shown_and_removed(asked):
    added = asked("add", URL, "--events", "story.created, joined", "--filter", "language:uk",
                  "--filter", "border:UA-PL", "--since", "0-0")  # fmt: skip
    assert added["secret"].startswith("whsec_")
    assert added["events"] == ["story.created", "joined"]
    assert added["position"] == "0-0"
    (listed,) = asked("list")
    assert listed == {name: value for name, value in added.items() if name != "secret"}
    assert asked("show", added["id"]) == listed
    assert asked("remove", added["id"]) == {"removed": added["id"]}
    assert asked("list") == []


def test_hooks_at_one_host_are_told_apart_by_name_and_what_they_ask_for(kordon, asked):
    added = asked("add", URL, "--name", "night desk", "--filter", "language:uk")
    assert added["name"] == "night desk"
    other = asked("add", URL)["id"]
    assert asked("name", other, "day desk")["name"] == "day desk"
    first, second = [line for line in kordon("list").output.splitlines() if "r.example" in line]
    assert "night desk" in first
    assert "language:uk" in first
    assert "day desk" in second
    assert "everything" in second


@pytest.mark.parametrize("name", ["two\nlines", "x" * 61])
def test_a_name_is_one_short_line(kordon, asked, name):
    with pytest.raises(ConfigError, match="cannot name a hook; give up to 60 letters"):
        kordon("add", URL, "--name", name)
    assert asked("list") == []


def test_nothing_shows_the_secret_or_the_hidden_part_of_the_address(kordon, asked):
    added = asked("add", URL)
    for words in (["list"], ["show", added["id"]], ["deliveries", added["id"]],
                  ["pause", added["id"]], ["resume", added["id"]], ["list", "--json"]):  # fmt: skip
        done = kordon(*words)
        assert added["secret"] not in done.output
        assert "nobody-sees" not in done.output
        assert "unseen" not in done.output


def test_a_secret_from_a_file_is_taken_and_not_repeated(asked, kordon, tmp_path):
    file = tmp_path / "secret"
    file.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    assert asked("add", URL, "--secret-file", str(file))["secret"] is None
    assert "MfKQ" not in kordon("add", URL, "--secret-file", str(file)).output
    file.write_text("too short")
    with pytest.raises(ConfigError, match="holds no secret"):
        kordon("add", URL, "--secret-file", str(file))
    with pytest.raises(ConfigError, match="cannot be read"):
        kordon("add", URL, "--secret-file", str(tmp_path / "none"))


async def test_a_secret_is_exchanged_and_shown_once(asked, kordon, server, tmp_path):
    added = await asyncio.to_thread(asked, "add", URL)
    told = await asyncio.to_thread(asked, "secret", added["id"])
    hooks = RedisHooks(server, SimulatedClock(NOON), DAY)
    hook = await hooks.find(HookId(added["id"]))
    assert (hook.secret, hook.former) == (told["secret"], added["secret"])
    assert timedelta(hours=23) < hook.former_until - datetime.now(UTC) <= DAY
    shown = await asyncio.to_thread(asked, "show", added["id"])
    assert datetime.fromisoformat(shown["old_secret_until"]) == hook.former_until
    file = tmp_path / "secret"
    file.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    words = ["secret", added["id"], "--secret-file", str(file), "--overlap-hours", "0"]
    said = await asyncio.to_thread(kordon, *words)
    assert "the old one signs no more" in said.output
    assert "MfKQ" not in said.output
    assert (await hooks.find(hook.id)).former == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ftp://r.example/"], "cannot be posted to"),
        (["https://user:word@r.example/"], "cannot be posted to"),
        (["http://127.0.0.1:8000/"], "127.0.0.1 is not public"),
        (["http://[::ffff:10.0.0.1]/"], "is not public"),
        ([URL, "--events", "joinde"], "write joined"),
        ([URL, "--filter", "tongue:uk"], "is no filter"),
        ([URL, "--filter", "language"], "is no filter"),
        ([URL, "--filter", "border:XX-YY"], "no border 'XX-YY'; known are UA-BY, UA-HU"),
        ([URL, "--filter", "border:UA-PLX"], "no border 'UA-PLX'; write border:UA-PL"),
        ([URL, "--filter", "border:ua-pl"], "no border 'ua-pl'; write border:UA-PL"),
        ([URL, "--filter", "country:ZZ"], "no country 'ZZ'; known are BY"),
        ([URL, "--filter", "outlet:nosuch"], "no outlet 'nosuch'; see `kordon outlets list`"),
        ([URL, "--filter", "outlet:ukrinfrom"], "no outlet 'ukrinfrom'; write outlet:ukrinform"),
        ([URL, "--filter", "place:nosuch"], "no place 'nosuch'; see /api/v1/places"),
        ([URL, "--filter", "place:t-pl-medika"], "no place 't-pl-medika'; write place:t-pl-medyka"),
        ([URL, "--filter", "language:UKR"], "no language 'UKR'; write a code of ISO 639-1"),
        ([URL, "--filter", "language:yue"], "no language 'yue'"),
        ([URL, "--filter", "language:zz"], "no language 'zz'; write a code of ISO 639-1"),
        ([URL, "--filter", "language:UK"], "'UK'; write a code of ISO 639-1, as language:uk"),
        ([URL, "--topic", "cats"], "there is no topic 'cats'"),
        ([URL, "--topic", "everything"], "everything is no active topic"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_to_write(kordon, asked, words, sentence):
    with pytest.raises(ConfigError, match=sentence.replace(".", r"\.")):
        kordon("add", *words)
    assert asked("list") == []


def test_filters_that_a_story_can_pass_are_taken(asked):
    given = ["language:pl", "language:tl", "outlet:ukrinform", "place:border-ua-pl", "place:c-ua"]
    added = asked("add", URL, *(word for one in given for word in ("--filter", one)))
    assert added["filters"] == given


async def test_an_outlet_that_only_the_store_knows_is_taken(asked, server):
    article = an_article(outlet="long-gone")
    await RedisTexts(server).note(article)
    added = await asyncio.to_thread(asked, "add", URL, "--filter", "outlet:long-gone")
    assert added["filters"] == ["outlet:long-gone"]


async def test_a_hook_begins_with_a_change_that_is_kept(kordon, asked, server):
    stories = RedisStories(
        server, SimulatedClock(NOON), RECIPE, candidate_window=14 * DAY, story_window=90 * DAY,
        changes_window=14 * DAY, changes_max_length=1_000,
    )  # fmt: skip
    for name in ("one", "two"):
        await stories.place(TOPIC, an_article(url=f"https://{name}.example/", title=name), decide)
    window = await RedisPublished(server).window(TOPIC)
    for since in ("0-0", window.first, window.last):
        added = await asyncio.to_thread(asked, "add", URL, "--since", since)
        assert added["position"] == since
    for since in ("1-1", "99999999999999-0"):
        sentence = f"{since} is no change that is kept; {window.first} to"
        with pytest.raises(ConfigError, match=sentence):
            await asyncio.to_thread(kordon, "add", URL, "--since", since)


@pytest.mark.parametrize("since", ["abc", "1", "-1", "1-x", "١-١", "1-1-1"])
def test_a_change_that_is_no_id_is_refused(kordon, asked, since):
    with pytest.raises(ConfigError, match=f"{since} is no change id; write it"):
        kordon("add", URL, f"--since={since}")
    assert asked("list") == []


@pytest.mark.parametrize(
    "verb", ["show", "pause", "resume", "remove", "test", "deliveries", "name"]
)
def test_an_unknown_hook_is_told_in_a_sentence(kordon, verb):
    with pytest.raises(ConfigError, match="no hook has the id 'ffff'"):
        kordon(verb, "ffff", *(["desk"] if verb == "name" else []))


def test_pausing_and_resuming_change_its_state(asked):
    name = asked("add", URL)["id"]
    assert asked("pause", name)["state"] == HookState.PAUSED
    assert asked("resume", name)["state"] == HookState.ACTIVE


@pytest.mark.parametrize(("status", "code"), [(204, 0), (500, 1)])
async def test_a_ping_shows_how_it_is_taken(kordon, asked, tmp_path, status, code):
    (tmp_path / "settings.toml").write_text('HOOK_ALLOW_ADDRESSES = ["127.0.0.0/8"]\n')
    async with Receiver() as site:
        site.will(answering(status))
        name = (await asyncio.to_thread(asked, "add", site.url))["id"]
        done = await asyncio.to_thread(kordon, "test", name, "--json")
    assert done.exit_code == code
    assert json.loads(done.stdout)["status"] == status
    assert [one.document["type"] for one in site.received] == ["ping"]
    assert site.received[0].headers["webhook-signature"].startswith("v1,")


async def test_dead_letters_are_shown_with_their_reason_and_retried(kordon, asked, server):
    name = HookId((await asyncio.to_thread(asked, "add", URL))["id"])
    hooks = RedisHooks(server, SimulatedClock(datetime.now(UTC)), NOON - NOON.replace(month=1))
    died = datetime.now(UTC).replace(microsecond=0)
    for number in range(3):
        letter = Letter(ChangeId(f"{number}-0"), None, 15, "http-500", died)
        await hooks.change(name, lambda hook, letter=letter: Turn(hook, letter=letter))
    shown = await asyncio.to_thread(asked, "deliveries", name, "--dead")
    assert {one["reason"] for one in shown["letters"]} == {"http-500"}
    assert await asyncio.to_thread(asked, "retry", name, "1-0") == {"retried": 1, "left": 0}
    assert await asyncio.to_thread(asked, "retry", name, "--all") == {"retried": 2, "left": 0}
    assert [one.change for one in (await hooks.find(name)).queue] == ["1-0", "0-0", "2-0"]
    assert await hooks.letters(name) == []
