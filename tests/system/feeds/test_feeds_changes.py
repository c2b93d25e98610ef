"""`kordon feeds add|remove|verify`, asking a publisher on loopback."""

import gzip
from datetime import UTC, datetime

import pytest
from feed_lists import RSS, SITEMAP, catalogue, listed

from crawler.cli.session import opened
from crawler.errors import ConfigError
from tests.site.publisher import always, redirect

# --- adding ----------------------------------------------------------------------------------


async def test_an_address_that_is_a_feed_is_added_and_scheduled(kordon, site):
    url = site.on("/rss", always(body=RSS))
    code, document, _ = await kordon("add", url, "--json")
    assert code == 0
    assert document["checked"]["entries"] == 1
    assert (await listed(kordon))[url]["state"] == "new"
    outlets = {outlet.id: outlet for outlet in (await catalogue(kordon)).outlets}
    assert outlets["127.0.0.1"].name == "Town Crier"


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
async def test_a_news_sitemap_is_added_as_it_is_polled(kordon, site, packed):
    url = site.on("/news.xml", always(body=packed(SITEMAP)))
    code, document, _ = await kordon("add", url, "--json")
    assert (code, document["checked"]["reason"]) == (0, "")
    assert url in await listed(kordon)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (always(404), "http-404"),
        (always(body=b"<html><body>News</body></html>"), "not-a-feed"),
        (always(body=b""), "empty"),
        (redirect("file:///etc/passwd"), "scheme"),
    ],
)
async def test_an_address_that_is_none_is_not_added_and_says_why(kordon, site, answer, reason):
    url = site.on("/rss", answer)
    code, _, said = await kordon("add", url)
    assert code == 1
    assert f"{url}: {reason}" in said
    assert await listed(kordon) == {}


async def test_a_page_that_names_its_feeds_says_which(kordon, site):
    kinds = (("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("x", "text/css"))
    links = "".join(f'<link rel="alternate" type="{kind}" href="/{name}">' for name, kind in kinds)
    url = site.on("/", always(body=f"<html><head>{links}</head><body>News</body></html>".encode()))
    code, document, _ = await kordon("add", url, "--json")
    assert code == 1
    assert document["checked"]["offers"] == [site.url("/rss"), site.url("/atom")]
    _, _, said = await kordon("add", url)
    assert f"is a page that leads to: {site.url('/rss')}, {site.url('/atom')}" in said


async def test_links_of_a_page_are_relative_to_what_it_says(kordon, site):
    head = '<base href="/uk/"><link rel="alternate" type="application/rss+xml" href="rss">'
    page = site.on("/", always(body=f"<html><head>{head}</head><body>x</body></html>".encode()))
    _, document, _ = await kordon("add", page, "--json")
    assert document["checked"]["offers"] == [site.url("/uk/rss")]


async def test_of_a_page_that_names_its_feeds_the_best_is_added(kordon, site):
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="/{name}">'
        for name, title in (("comments", "Comments"), ("news", "All news"))
    )
    page = site.on("/", always(body=f"<html><head>{links}</head><body>x</body></html>".encode()))
    for name in ("comments", "news"):
        site.on(f"/{name}", always(body=RSS))
    code, document, _ = await kordon("add", page, "--json")
    assert code == 0
    assert [feed["url"] for feed in document["added"]] == [site.url("/news")]


async def test_where_no_feed_answers_the_news_sitemap_of_the_robots_file_is_added(kordon, site):
    page = site.on("/", always(body=b"<html><body>News</body></html>"))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    recent = SITEMAP.replace(b"</loc>", f"</loc><lastmod>{now}</lastmod>".encode())
    site.on("/all.xml", always(body=SITEMAP))
    site.on("/news.xml", always(body=recent))
    robots = "User-agent: *\nDisallow: /x\n\nSitemap: {}\nSITEMAP: /news.xml\n"
    site.on("/robots.txt", always(body=robots.format(site.url("/all.xml")).encode()))
    code, document, _ = await kordon("add", page, "--json")
    assert code == 0
    assert [feed["url"] for feed in document["added"]] == [site.url("/news.xml")]
    assert document["checked"]["offers"] == [site.url("/news.xml"), site.url("/all.xml")]


async def test_an_address_that_may_not_be_met_is_not_asked(kordon, home, site):
    (home / "settings.toml").write_text("HOST_RATE_PER_SECOND = 1000\n")
    code, _, said = await kordon("add", site.on("/rss", always(body=RSS)))
    assert code == 1
    assert "blocked-address" in said
    assert site.hits == []


async def test_a_host_that_forbids_it_is_not_asked_for_its_feed(kordon, site):
    site.on("/robots.txt", always(body=b"User-agent: *\nDisallow: /\n"))
    code, _, said = await kordon("add", site.on("/rss", always(body=RSS)))
    assert code == 1
    assert "robots" in said
    assert site.asked("/rss") == []


async def test_unchecked_a_feed_is_added_without_asking(kordon, site):
    code, document, _ = await kordon("add", site.url("/rss"), "--no-check", "--json")
    assert (code, len(document["added"]), site.hits) == (0, 1, [])


async def test_a_feed_may_be_given_to_an_outlet_with_all_its_facts(kordon, site):
    options = ("--outlet", "town", "--name", "Містечко", "--country", "UA", "--languages", "uk,ru",
               "--time-zone", "Europe/Kyiv", "--homepage", "https://town.example/")  # fmt: skip
    await kordon("add", site.on("/rss", always(body=RSS)), *options)
    outlet = next(one for one in (await catalogue(kordon)).outlets if one.id == "town")
    assert (outlet.name, outlet.country, outlet.languages) == ("Містечко", "UA", ("uk", "ru"))
    assert outlet.time_zone == "Europe/Kyiv"


async def test_a_feed_joins_the_shipped_outlet_of_its_host(kordon):
    await kordon("add", "https://www.ukrinform.ua/rss/another", "--no-check")
    assert (await listed(kordon))["https://www.ukrinform.ua/rss/another"]["outlet"] == "ukrinform"


async def test_facts_of_a_known_feed_are_changed_and_the_changes_told(kordon):
    url = "https://town.example/rss"
    await kordon("add", url, "--no-check", "--name", "Town", "--country", "UA")
    facts = ("--name", "Other", "--country", "UA", "--languages", "uk,ru")
    _, _, said = await kordon("add", url, "--no-check", *facts)
    assert "changed of town.example: name Other (was Town), languages uk, ru" in said
    _, document, _ = await kordon("add", url, "--no-check", "--name", "Third", "--json")
    assert document["changed"] == {"name": "Third"}
    _, _, said = await kordon("add", url, "--no-check", "--name", "Third")
    assert f"known already: {url}" in said


async def test_a_known_feed_stays_with_its_outlet_unless_another_is_named(kordon):
    url = "https://feeds.example/town"
    await kordon("add", url, "--no-check", "--outlet", "town", "--name", "Town")
    _, _, said = await kordon("add", url, "--no-check")
    assert f"known already: {url}" in said
    _, _, said = await kordon("add", url, "--no-check", "--outlet", "city", "--name", "City")
    assert f"changed: {url} belongs to city (was town)" in said
    assert (await listed(kordon))[url]["outlet"] == "city"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("https://t.example/", "--country", "ZZ"), "--country: 'ZZ' cannot be used"),
        (("https://t.example/", "--country", "UK"), "--country: 'UK' cannot be used"),
        (("https://t.example/", "--languages", "uk,xx"), "--languages: 'uk,xx' cannot be used"),
        (("ftp://town.example/rss",), "'ftp://town.example/rss' cannot be polled; give an address"),
        (("",), "the address is empty"),
        (("http://[bad",), "cannot be polled"),
        (("https://t.example/", "--country", "Ukraine"), "--country: 'Ukraine' cannot be used"),
        (("https://t.example/", "--outlet", "a b"), "--outlet: 'a b' cannot be used"),
        (("https://t.example/", "--time-zone", "Kyiv"), "--time-zone: 'Kyiv' cannot be used"),
    ],
)
async def test_what_cannot_be_used_is_told_in_the_words_of_the_options(kordon, arguments, words):
    with pytest.raises(ConfigError, match=words.replace("[", r"\[")):
        await kordon("add", *arguments)


# --- removing --------------------------------------------------------------------------------


async def test_a_removed_feed_leaves_the_catalogue_the_list_and_the_schedule(kordon, site):
    url = site.url("/rss")
    await kordon("add", url, "--no-check")
    code, document, _ = await kordon("remove", url, "--json")
    assert (code, len(document["removed"])) == (0, 1)
    assert await listed(kordon) == {}
    assert url in await listed(kordon, "--removed")
    assert url not in {feed.url for feed in (await catalogue(kordon)).feeds}
    async with opened() as wired:
        assert (await wired.frontier.census()).due == 0


async def test_a_shipped_feed_that_was_removed_stays_removed_until_it_is_added(kordon):
    shipped = "https://www.ukrinform.ua/rss/block-lastnews"
    await kordon("remove", shipped)
    async with opened() as wired:
        await wired.listing.register()
    assert shipped not in await listed(kordon)
    await kordon("add", shipped, "--no-check")
    feed = (await listed(kordon))[shipped]
    assert (feed["outlet"], feed["state"]) == ("ukrinform", "new")


@pytest.mark.parametrize("verb", ["pause", "resume", "remove"])
async def test_a_removed_feed_is_said_to_be_removed_by_the_other_verbs(kordon, verb):
    url = "https://town.example/rss"
    await kordon("add", url, "--no-check")
    await kordon("remove", url)
    with pytest.raises(ConfigError, match=f"{url} is removed; `kordon feeds add` takes it back"):
        await kordon(verb, url)
    assert not (await listed(kordon, "--removed"))[url]["paused"]


async def test_of_an_outlet_only_the_feeds_that_are_not_removed_are_paused(kordon):
    urls = [f"https://town.example/{path}" for path in ("rss", "more")]
    for url in urls:
        await kordon("add", url, "--no-check", "--outlet", "town")
    await kordon("remove", urls[0])
    _, document, _ = await kordon("pause", "town", "--json")
    assert len(document["paused"]) == 1
    assert (await listed(kordon))[urls[1]]["paused"]


async def test_a_feed_that_is_paused_is_added_with_a_word_about_it(kordon):
    url = "https://town.example/rss"
    await kordon("add", url, "--no-check")
    await kordon("pause", url)
    _, _, said = await kordon("add", url, "--no-check")
    assert f"known, and paused: `kordon feeds resume {url}`" in said
    await kordon("remove", url)
    _, _, said = await kordon("add", url, "--no-check")
    assert f"added to town.example: {url}; it is paused: `kordon feeds resume {url}`" in said


async def test_a_removed_feed_waits_for_no_poll(kordon):
    url = "https://town.example/rss"
    await kordon("add", url, "--no-check")
    await kordon("remove", url)
    feed = (await listed(kordon, "--removed"))[url]
    assert (feed["state"], feed["next_poll"]) == ("removed", None)


async def test_an_unknown_name_removes_nothing(kordon):
    with pytest.raises(ConfigError, match="no feed is known as 'nobody'"):
        await kordon("remove", "ukrinform", "nobody")
    async with opened() as wired:
        assert not (await wired.subscriptions.changes()).removed


# --- verifying -------------------------------------------------------------------------------


async def test_feeds_that_answer_are_enabled_and_the_others_left_alone(kordon, tmp_path, site):
    good, bad = site.on("/good", always(body=RSS)), site.on("/bad", always(503))
    rows = "".join(f"town,Town,https://town.example/,{url},no,no\n" for url in (good, bad))
    file = tmp_path / "my.csv"
    file.write_text(f"outlet_id,name,homepage,feed_url,enabled,verified\n{rows}")
    await kordon("import", str(file))
    code, document, _ = await kordon("verify", "town", "--json")
    assert code == 0
    reasons = {one["url"]: one["reason"] for one in document["checked"]}
    assert reasons == {good: "", bad: "http-503"}
    feeds = await listed(kordon)
    assert (feeds[good]["state"], feeds[good]["verified"]) == ("new", True)
    assert (feeds[bad]["state"], feeds[bad]["verified"]) == ("disabled", False)


async def test_what_feeds_answer_is_told_as_it_comes(kordon, site):
    url = site.on("/rss", always(body=RSS))
    await kordon("add", url, "--no-check")
    code, _, said = await kordon("verify", url)
    assert code == 0
    assert f"1/1 {url}: 1 entries (Town Crier)" in said
    assert "1 of 1 feeds answer, 0 of them newly enabled" in said


async def test_when_no_feed_answers_verifying_failed(kordon, site):
    url = site.on("/rss", always(503))
    await kordon("add", url, "--no-check")
    assert (await kordon("verify", url))[0] == 1


async def test_where_nothing_is_left_to_verify_a_program_is_given_an_empty_document(kordon):
    unverified = [one.url for one in (await catalogue(kordon)).feeds if not one.verified]
    await kordon("remove", *unverified)
    code, document, _ = await kordon("verify", "--json")
    assert (code, document) == (0, {"checked": [], "enabled": []})


async def test_two_feeds_of_one_host_are_asked_one_after_the_other(kordon, site):
    urls = [site.on(f"/{n}", always(body=RSS)) for n in range(3)]
    for url in urls:
        await kordon("add", url, "--no-check")
    await kordon("verify", *urls)
    paths = [hit.target for hit in site.hits]
    assert paths[0] == "/robots.txt"
    assert sorted(paths[1:]) == ["/0", "/1", "/2"]
