"""`kordon run` as a newcomer meets it: no network, a first run, a list from another reader."""

import asyncio
import os
import socket
from asyncio.subprocess import PIPE

import pytest
from household import EVERYTHING, KORDON, Household

from crawler.catalog.outlets import shipped_catalogue
from tests.site.newsstand import Newsstand, feed_of

HOSTS = 2


@pytest.fixture
def nowhere():
    """The address of a proxy that is not there; the port is ours, so that nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
async def stand():
    async with Newsstand(hosts=HOSTS, pages=2) as stand:
        yield stand


def opml(stand, tmp_path):
    outlines = "".join(f'<outline text="{host}" xmlUrl="{feed_of(host)}"/>' for host in stand.hosts)
    file = tmp_path / "my.opml"
    file.write_text(f'<opml><body>{outlines}<outline xmlUrl="ftp://x"/></body></opml>')
    return file


async def run(house, *options):
    process = await house.start("run", "--host-rate", "200", *options)
    printed, said = await process.communicate()
    return process.returncode, printed.decode(), said.decode()


async def test_without_a_network_it_says_so_and_fails(home, nowhere, tmp_path):
    file = tmp_path / "my.csv"
    rows = "".join(f"o{n},Outlet,,http://o{n}.example/rss\n" for n in range(3))
    file.write_text(f"outlet_id,name,homepage,feed_url\n{rows}")
    house = Household(home, nowhere, file)
    code, printed, said = await run(house, "--catalog", str(file))
    assert code == 1
    assert "no feed could be reached: 3 were tried (3 proxy)" in said
    assert "make demo" in said
    assert "3 feeds polled, 0 new entries" in printed
    assert "Newest stories" not in printed


async def test_where_shipped_feeds_rest_only_the_operators_own_are_polled(home, stand, tmp_path):
    file = opml(stand, tmp_path)
    house = Household(home, stand.proxy, file)
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text('SHIPPED_FEEDS = false\nTOPICS = ["everything"]\n')
    code, printed, said = await run(house)
    assert (code, "0 feeds polled" in printed) == (0, True)
    assert "no feed is polled: kordon feeds add" in said
    await (await house.start("feeds", "import", str(file))).communicate()
    code, printed, said = await run(house)
    assert (code, f"{HOSTS} feeds polled" in printed) == (0, True)
    assert "no feed is polled" not in said


async def test_a_list_from_another_reader_is_crawled_and_what_is_refused_is_told(
    home, stand, tmp_path
):
    file = opml(stand, tmp_path)
    house = Household(home, stand.proxy, file)
    code, printed, said = await run(house, "--catalog", str(file), "--topic", "everything")
    assert code == 0
    assert "refused: ftp://x" in said
    assert f"{HOSTS} feeds polled" in printed
    assert "Newest stories: everything" in printed


async def test_outlets_of_a_given_list_are_known_by_name_in_every_later_run(home, stand, tmp_path):
    file = tmp_path / "my.csv"
    rows = "".join(f"o{n},Outlet {n},,{feed_of(host)}\n" for n, host in enumerate(stand.hosts))
    file.write_text(f"outlet_id,name,homepage,feed_url\n{rows}")
    house = Household(home, stand.proxy, file)
    report = await house.crawled()
    names = {m["outlet_name"] for s in report["stories"]["everything"] for m in s["members"]}
    assert names == {f"Outlet {n}" for n in range(HOSTS)}
    process = await house.start("feeds", "export")
    printed, _ = await process.communicate()
    assert all(f"o{n},Outlet {n}," in printed.decode() for n in range(HOSTS))


async def test_a_first_run_of_the_shipped_catalogue_is_bounded_and_says_so(home, nowhere):
    home.mkdir()
    (home / "settings.toml").write_text("FIRST_RUN_MAX_PAGES = 7\nTOPICS = ['everything']\n")
    own = {"KORDON_HOME": str(home), "http_proxy": nowhere, "https_proxy": nowhere}
    process = await asyncio.create_subprocess_exec(
        KORDON, "run", env={"PATH": os.environ["PATH"], **own}, stdout=PIPE, stderr=PIPE
    )
    printed, said = await process.communicate()
    assert process.returncode == 1
    assert "a first run fetches 7 pages at most; --max-pages changes that" in said.decode()
    enabled = sum(feed.enabled for feed in shipped_catalogue().feeds)
    assert f"no feed could be reached: {enabled} were tried ({enabled} proxy)" in said.decode()
    assert f"{enabled} feeds polled" in printed.decode()


async def test_a_run_lets_go_of_texts_whose_terms_are_over_without_any_other_process(
    home, stand, tmp_path
):
    file = tmp_path / "my.csv"
    rows = zip(stand.hosts, (0, 30), strict=True)
    listed = "".join(f"o{days},Outlet,,{feed_of(host)},{days}\n" for host, days in rows)
    file.write_text(f"outlet_id,name,homepage,feed_url,keep_text_days\n{listed}")
    house = Household(home, stand.proxy, file)
    await house.crawled()
    report = await house.crawled()
    ids = [m["id"] for s in report["stories"]["everything"] for m in s["members"]]
    async with house.looked_into() as app:
        facts = await app.stories.articles(EVERYTHING, ids)
        texts = await app.stories.texts(EVERYTHING, ids)
        kept = {article.id async for article in app.corpus.read() if article.text}
    assert len(facts) == 2 * HOSTS
    lasting = {id_ for id_, fact in facts.items() if fact.outlet == "o30"}
    assert texts.keys() == kept == lasting
