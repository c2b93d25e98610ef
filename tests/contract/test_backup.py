"""A backup comes back as it was, whatever was written while it was made."""

import asyncio
import io
import json
import tarfile
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from articles import NOON, RECIPE, an_article, copies, decide
from ledger import dangling
from redis.asyncio import Redis
from typer.testing import CliRunner
from zstandard import ZstdCompressor

from crawler.cli.main import app
from crawler.contract import is_before
from crawler.errors import ConfigError, StoreError
from crawler.model import TopicId
from crawler.store import backup, backup_file, keys
from crawler.store.clock import SimulatedClock
from crawler.store.corpus.local import LocalCorpus
from crawler.store.corpus.records import SUFFIX
from crawler.store.migrations import check
from crawler.store.stories import RedisStories

TOPIC = TopicId("ukraine-border")


@pytest.fixture
def stories(server):
    return RedisStories(
        server, SimulatedClock(NOON), RECIPE, candidate_window=timedelta(days=14),
        story_window=timedelta(days=90), changes_max_length=1_000,
        changes_window=timedelta(days=30),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "corpus"


@pytest.fixture
async def stocked(server, stories, folder):
    """Three articles in two stories, kept and placed; one key that expires."""
    await check(server, RECIPE)
    corpus = LocalCorpus(folder)
    for article in (*copies(2), an_article()):
        await corpus.keep(article)
        await stories.place(TOPIC, article, decide)
    corpus.close()
    await server.set("kordon:p1:{crawl}:robots:a", b"x", px=3_600_000)
    return server


async def contents(server):
    """Every key with its type's whole value, and whether it expires."""
    found = {}
    async for name in server.scan_iter(match="kordon:*"):
        found[name] = (await server.dump(name), await server.pexpiretime(name))
    return found


def but_changes(found):
    """What is left of the contents without the changes, which a command drops at a restore."""
    dropped = {keys.public(TOPIC, name).encode() for name in ("changes", "window")}
    return {name: value for name, value in found.items() if name not in dropped}


async def articles(folder):
    return [article async for article in LocalCorpus(folder).read()]


async def test_what_was_saved_comes_back_to_the_last_byte(stocked, folder, tmp_path):
    before, kept = await contents(stocked), await articles(folder)
    file = tmp_path / "backup.tar"
    saved = await backup.save(stocked, folder, file)
    assert saved.keys == len(before)
    await stocked.flushall()
    assert backup_file.examine(file) == saved
    other = tmp_path / "other" / "corpus"
    await backup.load(stocked, other, file)
    assert await contents(stocked) == before
    assert await articles(other) == kept


async def test_a_restore_replaces_everything_that_is_there(stocked, stories, folder, tmp_path):
    file = tmp_path / "backup.tar"
    before, kept = await contents(stocked), await articles(folder)
    await backup.save(stocked, folder, file)
    later = an_article(url="https://later.example/1")
    corpus = LocalCorpus(folder)
    await corpus.keep(later)
    await stories.place(TOPIC, later, decide)
    assert "keys and 2 corpus segments" in await backup.occupied(stocked, folder)
    changed = await contents(stocked)
    with pytest.raises(ConfigError, match="a crawl is running that writes to"):
        await backup.load(stocked, folder, file)  # it would lose what it keeps from now on
    assert await contents(stocked) == changed
    corpus.close()
    await backup.load(stocked, folder, file)
    assert await contents(stocked) == before
    assert await articles(folder) == kept
    assert [one.name for one in tmp_path.glob("corpus.*")] == ["corpus.lock"]


async def window_of(server):
    return {
        name.decode(): value.decode()
        for name, value in (await server.hgetall(keys.public(TOPIC, "window"))).items()
    }


async def test_whoever_followed_what_a_restore_takes_back_is_told_of_a_gap(
    stocked, stories, folder, tmp_path, server_socket, monkeypatch
):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    changes, file = keys.public(TOPIC, "changes"), tmp_path / "backup.tar"
    await stocked.xgroup_create(changes, "somebody", "0")
    await backup.save(stocked, folder, file)
    await stories.place(TOPIC, an_article(url="https://later.example/1"), decide)
    ((given, _),) = await stocked.xrevrange(changes, count=1)
    command = ["restore", str(file), "--force"]
    said = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert said.exit_code == 0
    told = await window_of(stocked)
    assert is_before(given.decode(), told["trimmed"])
    assert (told["first"], await stocked.xlen(changes)) == ("", 0)
    await stories.place(TOPIC, an_article(url="https://later.example/2"), decide)
    ((next_id, _),) = await stocked.xrange(changes)
    assert is_before(told["trimmed"], next_id.decode())
    assert [one["name"] for one in await stocked.xinfo_groups(changes)] == [b"somebody"]


async def test_a_long_stream_is_dropped_to_its_end(server):
    changes = keys.public(TOPIC, "changes")
    pipe = server.pipeline(transaction=False)
    for _ in range(backup.TRIMMED_AT_ONCE + 7):
        pipe.xadd(changes, {"kind": "joined"})
    *_, last = await pipe.execute()
    await backup.break_off(server, [TOPIC])
    assert await server.xlen(changes) == 0
    assert not is_before((await window_of(server))["trimmed"], last.decode())


async def test_ids_ahead_of_the_clock_are_told_of_too(server):
    ahead = "9999999999999-3"
    await server.xadd(keys.public(TOPIC, "changes"), {"kind": "joined"}, id=ahead)
    await backup.break_off(server, [TOPIC])
    assert await window_of(server) == {"first": "", "trimmed": ahead}


async def test_a_corpus_that_lies_elsewhere_is_neither_saved_nor_replaced(
    stocked, folder, tmp_path, server_socket, monkeypatch
):
    home, whole, keys_alone = tmp_path, tmp_path / "whole.tar", tmp_path / "keys.tar"
    monkeypatch.setenv("KORDON_HOME", str(home))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    await backup.save(stocked, folder, whole)
    kept = await articles(folder)
    monkeypatch.setenv("KORDON_CORPUS_URL", f"memory://{home.name}")
    said = await asyncio.to_thread(CliRunner().invoke, app, ["backup", str(keys_alone)])
    assert "and 0.0 MiB of corpus" in said.output
    assert backup_file.examine(keys_alone).corpus == {}
    for file, told in ((keys_alone, False), (whole, True)):
        command = ["restore", str(file), "--force"]
        said = await asyncio.to_thread(CliRunner().invoke, app, command)
        assert ("Not its corpus" in said.output) == told
        assert await articles(folder) == kept


async def test_an_empty_store_that_kordon_has_met_is_not_occupied(server, folder):
    await check(server, RECIPE)
    assert await backup.occupied(server, folder) == ""


async def test_a_backup_under_way_holds_one_instant(stocked, stories, folder, tmp_path):
    some = [an_article(url=f"https://{number}.example/") for number in range(200)]
    enough, all_placed = asyncio.Event(), asyncio.Event()

    async def write():
        for number, article in enumerate(some):
            await stories.place(TOPIC, article, decide)
            if number == 20:
                enough.set()
        all_placed.set()

    writing = asyncio.create_task(write())
    await enough.wait()
    file = tmp_path / "backup.tar"
    await backup.save(stocked, folder, file)
    await all_placed.wait()  # the writer went on
    await writing
    assert (await stories.count(TOPIC))[0] == 203
    await backup.load(stocked, folder, file)
    assert await dangling(stocked, TOPIC, RECIPE.id) == []
    assert 23 <= (await stories.count(TOPIC))[0] < 203


async def test_a_damaged_backup_is_refused_before_anything_is_touched(stocked, folder, tmp_path):
    file = tmp_path / "backup.tar"
    await backup.save(stocked, folder, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ConfigError, match="damaged"):
        backup_file.examine(file)
    at = whole.index(b"\x28\xb5\x2f\xfd") + 40  # within the keys' frame
    file.write_bytes(
        whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 8]) + whole[at + 8 :]
    )
    with pytest.raises(ConfigError, match="damaged"):
        backup_file.examine(file)


async def test_any_flipped_byte_of_a_backup_is_refused_or_changes_nothing(
    stocked, folder, tmp_path
):
    file = tmp_path / "backup.tar"
    await backup.save(stocked, folder, file)
    whole, kept = file.read_bytes(), members(file)
    for at in range(0, len(whole), 11):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x11]) + whole[at + 1 :])
        try:
            backup_file.examine(file)
        except ConfigError as error:
            assert file.name in str(error)  # noqa: PT017 - either is right
        else:
            assert members(file) == kept


async def test_a_flipped_byte_of_an_article_is_told_with_its_segment(stocked, folder, tmp_path):
    file = tmp_path / "backup.tar"
    await backup.save(stocked, folder, file)
    (segment, *_) = folder.iterdir()
    whole = bytearray(file.read_bytes())
    whole[whole.index(segment.read_bytes()) + 100] ^= 1
    file.write_bytes(whole)
    with pytest.raises(ConfigError, match=rf"backup.tar is damaged: corpus/{segment.name} is not"):
        backup_file.examine(file)


async def test_a_backup_of_before_there_were_digests_is_restored(stocked, folder, tmp_path):
    file, older = tmp_path / "backup.tar", tmp_path / "older.tar"
    await backup.save(stocked, folder, file)
    rewritten(file, older)
    before, kept = await contents(stocked), await articles(folder)
    assert backup_file.examine(older).digests == {}
    await backup.load(stocked, tmp_path / "other" / "corpus", older)
    assert await contents(stocked) == before
    assert await articles(tmp_path / "other" / "corpus") == kept


def members(file):
    """What a restore takes from a backup."""
    with tarfile.open(file) as tar:
        return {
            member.name: tar.extractfile(member).read()
            for member in tar
            if member.name != backup_file.MANIFEST
        }


def rewritten(file, target, parts=(), **changes):
    """Write a backup as it was made before: the manifest first, and no digests in it."""
    with tarfile.open(file) as tar, tarfile.open(target, "w") as older:
        manifest = json.load(tar.extractfile(backup_file.MANIFEST)) | changes
        del manifest["digests"]
        found = {backup_file.MANIFEST: json.dumps(manifest).encode()} | members(file) | dict(parts)
        for name, data in found.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            older.addfile(entry, io.BytesIO(data))


async def test_a_server_that_takes_no_more_is_told_in_a_sentence(stocked, folder, tmp_path):
    file, other = tmp_path / "backup.tar", tmp_path / "other" / "corpus"
    await backup.save(stocked, folder, file)
    await stocked.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreError) as told:
            await backup.load(stocked, other, file)
    finally:
        await stocked.config_set("maxmemory", 0)
    assert str(told.value) == (
        "Redis is full; raise its maxmemory, or lower STORY_DAYS and CANDIDATE_DAYS, "
        "then restore again: what is there is not whole"
    )
    assert [one.name for one in other.parent.iterdir()] == ["corpus.lock"]


def of_another_kind(file, target):
    """Write a backup whose keys no server can read: the version in each dump is none there is."""
    with tarfile.open(file) as tar:
        records = [
            msgspec.structs.replace(one, value=one.value[:-10] + b"\xff\xff" + one.value[-8:])
            for one in backup_file.records(tar)
        ]
    packed = [msgspec.msgpack.encode(one) for one in records]
    dumped = b"".join(len(one).to_bytes(backup_file.LENGTH_BYTES) + one for one in packed)
    rewritten(
        file, target, parts={backup_file.KEYS: ZstdCompressor(write_checksum=True).compress(dumped)}
    )


async def test_what_the_server_cannot_read_replaces_nothing(stocked, folder, tmp_path):
    file, foreign = tmp_path / "backup.tar", tmp_path / "foreign.tar"
    await backup.save(stocked, folder, file)
    of_another_kind(file, foreign)
    before, kept = await contents(stocked), await articles(folder)
    backup_file.examine(foreign)
    with pytest.raises(StoreError, match="cannot read the backup's keys"):
        await backup.load(stocked, folder, foreign)
    assert await contents(stocked) == before
    assert await articles(folder) == kept


async def test_a_user_who_may_not_restore_replaces_nothing(
    stocked, folder, tmp_path, server_socket
):
    file = tmp_path / "backup.tar"
    await backup.save(stocked, folder, file)
    before = await contents(stocked)
    await stocked.acl_setuser(
        "crawling", enabled=True, nopass=True, keys=["kordon:*"],
        categories=["+@all", "-@admin", "-@dangerous"],
    )  # fmt: skip
    async with Redis(unix_socket_path=str(server_socket), username="crawling", password="") as user:
        with pytest.raises(StoreError, match=r"may not restore keys; grant .* \+restore"):
            await backup.load(user, folder, file)
    await stocked.acl_deluser("crawling")
    assert await contents(stocked) == before


async def test_a_full_server_is_emptied_and_restored(stocked, folder, tmp_path):
    file = tmp_path / "backup.tar"
    before = await contents(stocked)
    await backup.save(stocked, folder, file)
    await stocked.set("kordon:p1:{crawl}:large", bytes(16 << 20))
    used = (await stocked.info("memory"))["used_memory"]
    await stocked.config_set("maxmemory", used - (8 << 20))
    try:
        await backup.load(stocked, folder, file)
    finally:
        await stocked.config_set("maxmemory", 0)
    assert await contents(stocked) == before


async def test_another_schemas_backup_is_refused(stocked, folder, tmp_path):
    file, newer = tmp_path / "backup.tar", tmp_path / "newer.tar"
    await backup.save(stocked, folder, file)
    rewritten(file, newer, schema=keys.SCHEMA_VERSION + 1)
    with pytest.raises(ConfigError, match="another Kordon wrote"):
        backup_file.examine(newer)


async def test_stories_of_another_recipe_are_saved_and_restored(
    stocked, tmp_path, server_socket, monkeypatch
):
    """Before `index build` comes a backup, and one from before it may be the last there is."""
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    await stocked.hset(keys.meta(), "recipe", "0123456789")
    before, file = await contents(stocked), str(tmp_path / "backup.tar")
    for command in (["backup", file], ["restore", file, "--force"]):
        done = await asyncio.to_thread(CliRunner().invoke, app, command)
        assert done.exit_code == 0, done.output
    assert backup_file.examine(Path(file)).recipe == "0123456789"
    assert but_changes(await contents(stocked)) == but_changes(before)


@pytest.mark.parametrize("text", [b"", b"no tar at all"])
def test_what_is_no_backup_is_refused(tmp_path, text):
    file = tmp_path / "file"
    file.write_bytes(text)
    with pytest.raises(ConfigError, match="damaged, or no backup"):
        backup_file.examine(file)


def test_another_tar_is_refused(tmp_path):
    file = tmp_path / "other.tar"
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, "../../etc/passwd")
    with pytest.raises(ConfigError, match="no backup of Kordon's"):
        backup_file.examine(file)


async def test_a_backup_that_cannot_be_written_leaves_nothing_behind(stocked, folder, tmp_path):
    with pytest.raises(ConfigError, match=r"none/backup.tar cannot be written"):
        await backup.save(stocked, folder, tmp_path / "none" / "backup.tar")
    await stocked.set("kordon:p1:{crawl}:x", 1)  # writers are not paused any more


def crafted(target, keys_packed, **changes):
    """Write a backup of one key whose parts are what somebody made of them."""
    manifest = {"format": backup_file.FORMAT, "created": "2026-11-22T12:00:00Z",
                "server": "valkey 9", "schema": keys.SCHEMA_VERSION, "recipe": "", "keys": 1,
                "corpus": {}}  # fmt: skip
    found = {
        backup_file.MANIFEST: json.dumps(manifest | changes).encode(),
        backup_file.KEYS: keys_packed,
    }
    with tarfile.open(target, "w") as tar:
        for name, data in found.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return target


def record(name, size=None):
    """A key of this name as a backup holds it, packed."""
    packed = msgspec.msgpack.encode(backup_file.Record(name, 0, b"x"))
    return ZstdCompressor().compress((size or len(packed)).to_bytes(4) + packed)


@pytest.mark.parametrize("name", [b"sessions:1", b"kordon", b"", b"kordonx:1"])
def test_a_backup_with_keys_of_others_is_refused(tmp_path, name):
    file = crafted(tmp_path / "backup.tar", record(name))
    with pytest.raises(ConfigError, match="damaged: it holds a key that is not Kordon's"):
        backup_file.examine(file)


def test_a_key_larger_than_any_server_takes_is_refused_unread(tmp_path):
    file = crafted(tmp_path / "backup.tar", record(b"kordon:p1:x", backup_file.RECORD_MOST + 1))
    with pytest.raises(ConfigError, match="damaged, or no backup"):
        backup_file.examine(file)


@pytest.mark.parametrize(
    "linked", [backup_file.MANIFEST, backup_file.KEYS, "corpus/" + "0" * 32 + SUFFIX]
)
@pytest.mark.parametrize("to", ["itself", "/etc/passwd"])
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_backup_with_links_is_refused(tmp_path, linked, to, kind):
    corpus = {linked.removeprefix("corpus/"): 0} if linked.startswith("corpus/") else {}
    file = crafted(tmp_path / "backup.tar", record(b"kordon:p1:x"), corpus=corpus)
    with tarfile.open(file, "a") as tar:
        entry = tarfile.TarInfo(linked)
        entry.type, entry.linkname = kind, linked if to == "itself" else to
        tar.addfile(entry)
    with pytest.raises(ConfigError, match=r"damaged|no backup"):
        backup_file.examine(file)
