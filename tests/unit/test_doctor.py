from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import settings
from crawler.cli import doctor
from crawler.cli.doctor import Health
from crawler.config import Config
from crawler.errors import StoreError
from crawler.hook import Hook, HookId, HookState
from crawler.model import ChangeId, Feed, FeedId, FeedState, OutletId, TopicId
from crawler.store.server.state import ServerState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_config(home, corpus_url="", **changes):
    constants = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    environ = {"KORDON_HOME": str(home), "KORDON_CORPUS_URL": corpus_url}
    return Config.from_settings(constants | changes, environ)


def a_state(name="f", **facts):
    feed = Feed(FeedId(name), OutletId("outlet"), f"https://{name}.example/rss")
    return FeedState(feed, **facts)


def some_facts(**changes):
    facts = {
        "version": "valkey 9.1.2", "loading": False, "clients": 1, "memory_bytes": 100,
        "memory_limit_bytes": 0, "append_only": True, "append_only_bytes": 10,
        "writable": True,
    }  # fmt: skip
    return ServerState(**facts | changes)


def healths(states):
    return {check.name: check.health for check in doctor.feeds(states, NOW)}


def test_a_missing_contact_is_a_warning(tmp_path):
    assert doctor.contact(a_config(tmp_path)).health is Health.WARN
    with_contact = a_config(tmp_path, CONTACT="news@example.org")
    assert doctor.contact(with_contact).health is Health.OK


def test_a_home_that_cannot_be_made_fails_with_the_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    check = doctor.home(a_config(tmp_path / "file" / "home"))
    assert check.health is Health.FAIL
    assert "KORDON_HOME" in check.remedy


async def test_a_home_that_cannot_be_entered_is_told_by_every_check_that_needs_it(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path / ("x" * 300)))
    checks = {check.name: check for check in await doctor.examined()}
    assert checks["worker pool"].health is Health.OK
    for name in ("home", "server"):
        assert checks[name].health is Health.FAIL
        assert "File name too long" in checks[name].found
        assert "KORDON_HOME" in checks[name].remedy


def test_a_damaged_segment_of_the_corpus_is_named(tmp_path):
    assert doctor.corpus(a_config(tmp_path)).health is Health.OK
    segment = tmp_path / "corpus" / f"{'0' * 32}.jsonl.zst"
    segment.parent.mkdir()
    segment.write_bytes(bytes(100))
    check = doctor.corpus(a_config(tmp_path))
    assert (check.health, segment.name in check.found) == (Health.WARN, True)


def test_a_corpus_at_an_address_is_looked_at_in_place_of_the_homes(tmp_path):
    (tmp_path / "home" / "corpus").mkdir(parents=True)
    (tmp_path / "home" / "corpus" / f"{'0' * 32}.jsonl.zst").write_bytes(bytes(100))
    there = tmp_path / "there"
    there.mkdir()
    (there / f"{1:013d}-{'0' * 32}.jsonl.zst").write_bytes(b"")
    check = doctor.corpus(a_config(tmp_path / "home", there.as_uri()))
    assert (check.health, check.found) == (Health.OK, "1 object at KORDON_CORPUS_URL")
    assert len(list(there.iterdir())) == 1  # what was tried is removed


def test_a_corpus_that_cannot_be_written_at_its_address_is_told(tmp_path):
    (tmp_path / "there").write_text("in the way")
    with pytest.raises(StoreError, match="mend KORDON_CORPUS_URL"):
        doctor.corpus(a_config(tmp_path, (tmp_path / "there").as_uri()))


def test_free_space_is_told_for_a_home_that_does_not_exist_yet(tmp_path):
    check = doctor.disk(a_config(tmp_path / "none" / "yet"))
    assert "GiB free" in check.found


def test_a_server_without_an_append_only_file_is_a_warning():
    assert doctor.persistence(some_facts()).health is Health.OK
    assert doctor.persistence(some_facts(append_only=False)).health is Health.WARN


def test_a_server_that_cannot_write_fails_with_the_remedy():
    check = doctor.persistence(some_facts(writable=False))
    assert (check.health, check.remedy) == (Health.FAIL, "make room on it")


def test_a_small_servers_memory_is_told_in_mebibytes():
    facts = some_facts(memory_bytes=1_500_000, memory_limit_bytes=4 << 20)
    assert doctor.memory(facts).found == "1.4 MiB used of 4.0 MiB"
    assert doctor.memory(some_facts(memory_bytes=3 << 30)).found == "3.00 GiB used"


@pytest.mark.parametrize(
    ("used", "limit", "health"),
    [(100, 0, Health.OK), (79, 100, Health.OK), (81, 100, Health.WARN)],
)
def test_a_server_that_nears_its_limit_is_a_warning(used, limit, health):
    facts = some_facts(memory_bytes=used, memory_limit_bytes=limit)
    assert doctor.memory(facts).health is health


def test_clocks_that_differ_are_a_warning():
    assert doctor.clock(NOW, NOW + timedelta(seconds=4)).health is Health.OK
    assert doctor.clock(NOW, NOW - timedelta(hours=1)).health is Health.WARN


def test_feeds_fail_when_half_of_them_do():
    well, ill = a_state("a", last_poll=NOW, last_new=NOW), a_state("b", failures=1, last_poll=NOW)
    assert healths([well, well, ill])["feeds"] is Health.OK
    assert healths([well, ill])["feeds"] is Health.FAIL


def test_a_paused_feed_is_nobodys_business():
    assert healths([a_state(paused=True, failures=9)]) == {"feeds": Health.WARN}


def test_a_feed_that_answers_and_brings_nothing_new_for_a_fortnight_is_silent():
    old = a_state("old", last_poll=NOW, last_new=NOW - 15 * DAY)
    never = a_state("never", last_poll=NOW)
    fresh = a_state("fresh", last_poll=NOW, last_new=NOW - 13 * DAY)
    assert healths([fresh])["silent feeds"] is Health.OK
    (_, silent) = doctor.feeds([old, never, fresh], NOW)
    assert silent.found == "nothing new in 14 days: old, never"


async def test_a_pool_that_answers_is_well(tmp_path):
    assert (await doctor.worker_pool(a_config(tmp_path))).health is Health.OK


def test_dead_letters_are_a_warning():
    assert doctor.letters(0).health is Health.OK
    assert doctor.letters(3).health is Health.WARN


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        ({}, Health.OK), ({"state": HookState.PAUSED}, Health.OK), ({"failures": 2}, Health.WARN),
        ({"state": HookState.SUSPENDED}, Health.WARN), ({"state": HookState.GONE}, Health.WARN),
    ],
)  # fmt: skip
def test_a_hook_that_fails_or_is_told_no_more_is_a_warning(facts, health):
    hook = Hook(HookId("a"), "https://r.example/", "whsec_x", TopicId("t"), NOW, ChangeId("0-0"))
    assert doctor.webhooks([hook, replace(hook, **facts)]).health is health
