"""`kordon feeds import|export|list`: lists as tables and as OPML."""

import pytest
from feed_lists import LIST, catalogue, listed

from crawler.catalog.opml import read_opml
from crawler.errors import ConfigError


async def test_an_opml_list_is_imported_and_what_is_refused_is_told(kordon, tmp_path, site):
    file = tmp_path / "my.opml"
    file.write_text(LIST.format(site.url("/rss")))
    code, document, _ = await kordon("import", str(file), "--json")
    assert (code, document["listed"], len(document["added"])) == (0, 1, 1)
    assert [one["address"] for one in document["refused"]] == ["ftp://x"]
    assert site.url("/rss") in await listed(kordon)
    _, _, said = await kordon("import", str(file))
    assert "1 feed listed, 0 of them new or changed" in said
    assert "refused: ftp://x: give an address" in said


async def test_a_known_feed_in_an_opml_list_keeps_its_outlet_and_is_enabled(kordon, tmp_path):
    known = next(feed for feed in (await catalogue(kordon)).feeds if not feed.enabled)
    file = tmp_path / "my.opml"
    file.write_text(LIST.format(known.url))
    await kordon("import", str(file))
    feed = next(one for one in (await catalogue(kordon)).feeds if one.url == known.url)
    assert (feed.outlet, feed.enabled, feed.verified) == (known.outlet, True, known.verified)


async def test_a_table_is_imported_with_all_its_facts(kordon, tmp_path):
    file = tmp_path / "my.csv"
    row = "town,Town,https://town.example/,https://town.example/rss,UA,no"
    file.write_text(f"outlet_id,name,homepage,feed_url,country,enabled\n{row}\n")
    await kordon("import", str(file))
    assert (await listed(kordon))["https://town.example/rss"]["state"] == "disabled"


async def test_a_list_does_not_bring_back_what_was_removed_and_says_so(kordon, tmp_path):
    file = tmp_path / "my.csv"
    row = "town,Town,https://town.example/,https://town.example/{0}\n"
    rows = "".join(map(row.format, ("rss", "more")))
    file.write_text(f"outlet_id,name,homepage,feed_url\n{rows}")
    await kordon("import", str(file))
    await kordon("remove", "https://town.example/rss")
    code, _, said = await kordon("import", str(file))
    assert code == 0
    assert "2 feeds listed, 0 of them new or changed" in said
    assert "1 feed of the list stays removed: https://town.example/rss; `kordon feeds add" in said
    assert set(await listed(kordon)) == {"https://town.example/more"}
    _, document, _ = await kordon("import", str(file), "--json")
    assert [feed["url"] for feed in document["removed"]] == ["https://town.example/rss"]


async def test_an_opml_list_does_not_bring_back_what_was_removed(kordon, tmp_path):
    shipped = "https://www.ukrinform.ua/rss/block-lastnews"
    await kordon("remove", shipped)
    file = tmp_path / "my.opml"
    file.write_text(LIST.format(shipped))
    _, _, said = await kordon("import", str(file))
    assert f"stays removed: {shipped}" in said
    assert shipped not in await listed(kordon)


async def test_an_empty_list_is_a_failure(kordon, tmp_path):
    file = tmp_path / "my.opml"
    file.write_text("<opml><body/></opml>")
    code, _, said = await kordon("import", str(file))
    assert code == 1
    assert f"{file} lists no feed" in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html/>", "is not OPML"),
        (b'<!DOCTYPE opml [<!ENTITY x "y">]><opml/>', "doctype"),
        (b"outlet_id,name\n", "column homepage is missing"),
        (b"outlet_id,name,homepage,feed_url\n\xff", "not UTF-8"),
    ],
)
async def test_a_file_that_is_no_list_changes_nothing(kordon, tmp_path, body, words):
    file = tmp_path / "list"
    file.write_bytes(body)
    with pytest.raises(ConfigError, match=words):
        await kordon("import", str(file))
    with pytest.raises(ConfigError, match="No such file"):
        await kordon("import", str(tmp_path / "missing"))


async def test_an_exported_table_can_be_imported_elsewhere(kordon, tmp_path, server):
    await kordon("add", "https://town.example/rss", "--no-check", "--name", "Town")
    before = await catalogue(kordon)
    await kordon("export", str(tmp_path / "all.csv"))
    await server.flushall()
    await kordon("import", str(tmp_path / "all.csv"))
    assert await catalogue(kordon) == before


async def test_an_exported_opml_lists_what_is_polled(kordon, tmp_path):
    await kordon("export", str(tmp_path / "all.opml"))
    exported = read_opml((tmp_path / "all.opml").read_bytes(), "all.opml").catalogue.feeds
    enabled = {feed.url for feed in (await catalogue(kordon)).feeds if feed.enabled}
    assert {feed.url for feed in exported} == enabled
    _, text, _ = await kordon("export", "--format", "opml")
    assert text.encode() == (tmp_path / "all.opml").read_bytes()


async def test_a_file_that_was_there_is_replaced_by_force_alone(kordon, tmp_path):
    file = tmp_path / "all.csv"
    assert (await kordon("export", str(file)))[2] == f"written: {file}\n"
    whole = file.read_text()
    file.write_text("mine")
    with pytest.raises(ConfigError, match="is there already; give another name, or --force"):
        await kordon("export", str(file))
    assert file.read_text() == "mine"
    assert (await kordon("export", str(file), "--force"))[2] == f"replaced: {file}\n"
    assert file.read_text() == whole


async def test_a_replaced_file_keeps_its_mode_and_the_links_to_it(kordon, tmp_path):
    file, link = tmp_path / "all.csv", tmp_path / "link.csv"
    file.touch(0o640)
    link.symlink_to(file)
    await kordon("export", str(link), "--force")
    assert link.is_symlink()
    assert file.read_text().startswith("outlet_id,")
    assert file.stat().st_mode & 0o777 == 0o640


async def test_an_export_that_fails_leaves_what_was_there(kordon, tmp_path):
    file = tmp_path / ("a" * 250 + ".csv")  # a longer name, as its draft has, cannot be
    file.write_text("mine")
    with pytest.raises(ConfigError, match="cannot be written"):
        await kordon("export", str(file), "--force")
    assert file.read_text() == "mine"
    assert list(tmp_path.glob("a*")) == [file]


async def test_a_list_goes_to_a_device_as_it_is(kordon):
    assert (await kordon("export", "/dev/null"))[0] == 0


async def test_one_feed_spelled_in_two_ways_is_one(kordon, tmp_path):
    await kordon("add", "HTTPS://Town.example:443/a/../%72ss#top", "--no-check")
    await kordon("add", "feed:https://town.example/rss", "--no-check")
    file = tmp_path / "my.opml"
    file.write_text(LIST.format("https://TOWN.example/rss"))
    await kordon("import", str(file))
    await kordon("import", str(table(tmp_path, "https://town.example:443/rss")))
    assert set(await listed(kordon)) == {"https://town.example/rss"}
    await kordon("remove", "https://Town.example/rss#x")
    assert await listed(kordon) == {}


def table(tmp_path, address):
    file = tmp_path / "my.csv"
    file.write_text(f"outlet_id,name,homepage,feed_url\ntown.example,town.example,,{address}\n")
    return file


@pytest.mark.parametrize("address", ["https://town.example:25/", "https://127.1.1.1.1/"])
async def test_an_address_that_nobody_may_ask_is_refused(kordon, tmp_path, address):
    file = tmp_path / "my.opml"
    file.write_text(LIST.format(address))
    code, document, _ = await kordon("import", str(file), "--json")
    assert (code, document["added"]) == (1, [])
    assert address in [one["address"] for one in document["refused"]]
    with pytest.raises(ConfigError, match="cannot be polled"):
        await kordon("import", str(table(tmp_path, address)))
    with pytest.raises(ConfigError, match="cannot be polled"):
        await kordon("add", address, "--no-check")


async def test_a_file_that_cannot_be_written_is_named(kordon, tmp_path):
    with pytest.raises(ConfigError, match="cannot be written"):
        await kordon("export", str(tmp_path / "no" / "where.csv"))


async def test_feeds_are_listed_by_outlet_the_disabled_last_or_those_in_a_state_alone(
    kordon, tmp_path
):
    rows = [("b", "yes"), ("c", "no"), ("a", "yes")]
    table = tmp_path / "list.csv"
    table.write_text(
        "outlet_id,name,homepage,feed_url,enabled\n"
        + "".join(f"{one},{one},,https://{one}.example/rss,{on}\n" for one, on in rows)
    )
    await kordon("import", str(table))
    assert [feed["outlet"] for feed in (await listed(kordon)).values()] == ["a", "b", "c"]
    await kordon("pause", "a")
    for state, outlets in {"disabled": ["c"], "paused": ["a"], "new": ["b"], "failing": []}.items():
        found = await listed(kordon, "--state", state)
        assert [feed["outlet"] for feed in found.values()] == outlets
    both = await listed(kordon, "--state", "paused", "--state", "disabled")
    assert [feed["outlet"] for feed in both.values()] == ["a", "c"]
