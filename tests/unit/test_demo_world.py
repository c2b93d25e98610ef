"""Does the publisher world hold together, and is its truth true of its texts?"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from crawler.catalog.outlets import read_catalogue
from crawler.demo.address import slug
from crawler.demo.manuscript import read_manuscript
from crawler.demo.publishers import Fault, FeedFormat, Kin
from crawler.demo.world import World, load
from crawler.model import Relation, SkipReason

NOW = datetime(2026, 3, 14, 15, 9, tzinfo=UTC)
FEWEST_WORDS = 80  # shorter texts are hard to tell from captions


@pytest.fixture(scope="module")
def world() -> World:
    return load(NOW)


@pytest.fixture(scope="module")
def second(world: World) -> World:
    return world.act(2)


def shingles(page) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", " ".join(page.paragraphs).casefold())
    return {tuple(words[start : start + 3]) for start in range(len(words) - 2)}


def overlap(one, other) -> tuple[float, float]:
    mine, theirs = shingles(one), shingles(other)
    shared = len(mine & theirs)
    return shared / len(mine), shared / len(theirs)


def measured(world: World, kin: Kin) -> list[tuple[float, float]]:
    pages = {page.key: page for page in world.everything if page.skip is None}
    bonds = [(page, pages[key]) for page in pages.values() if page.kin is kin for key in page.of]
    return [overlap(one, other) for one, other in bonds]


def test_it_has_the_publishers_a_reader_is_promised(world):
    assert len(world.outlets) >= 14
    assert {outlet.language for outlet in world.outlets} == {"en", "uk", "ru", "pl", "ro"}
    assert sum(outlet.kind == "agency" for outlet in world.outlets) >= 3
    assert any(outlet.state_controlled for outlet in world.outlets)


def test_every_outlet_is_fictional_by_its_name(world):
    hosts = [outlet.host for outlet in world.outlets]
    assert all(host.endswith(".example") for host in hosts)
    assert len(set(hosts)) == len(hosts)


def test_every_feed_format_and_every_fault_occurs(world):
    feeds = [feed for outlet in world.outlets for feed in outlet.feeds]
    assert {feed.format for feed in feeds} == set(FeedFormat)
    assert {feed.fault for feed in feeds} == set(Fault)


def test_there_are_about_a_hundred_and_forty_pages_in_five_languages(world, second):
    assert 90 <= len(world.pages) < len(second.pages) <= 160
    languages = [page.outlet.language for page in world.pages]
    assert all(languages.count(one) >= 15 for one in ("en", "uk", "ru", "pl", "ro"))


def test_every_page_has_an_address_of_its_own(second):
    revised = [page for page in second.everything if page.kin is Kin.REVISION]
    assert len(second.pages) == len(second.everything) - len(revised)
    assert all(page.url.startswith(page.outlet.homepage) for page in second.everything)


def test_every_page_stands_in_a_feed_of_its_outlet(second):
    listed = [page for o in second.outlets for feed in o.feeds for page in second.listed(o, feed)]
    assert sorted(page.key for page in listed) == sorted(page.key for page in second.pages)


def test_every_kind_of_kinship_and_every_relation_occurs(second):
    assert {bond.kin for bond in second.truth.bonds} == set(Kin)
    assert {bond.relation for bond in second.truth.bonds} == set(Relation)


def test_every_skip_reason_that_a_page_can_cause_occurs(world):
    assert set(world.truth.skips.values()) == set(SkipReason) - {SkipReason.FORGOTTEN}


def test_the_truth_names_pages_that_exist(world, second):
    for act in (world, second):
        addresses = {page.url for page in act.pages}
        truth = act.truth
        assert {bond.one for bond in truth.bonds} <= addresses
        assert {bond.other for bond in truth.bonds} <= addresses
        assert {url for story in truth.stories.values() for url in story} <= addresses


def test_every_page_is_in_one_story_or_skipped(second):
    truth = second.truth
    placed = [url for story in truth.stories.values() for url in story]
    assert len(placed) == len(set(placed))
    assert sorted([*placed, *truth.skips]) == sorted(page.url for page in second.pages)


def test_a_story_is_in_one_language_and_led_by_its_source(second):
    pages = {page.url: page for page in second.pages}
    for key, addresses in second.truth.stories.items():
        assert len({pages[url].outlet.language for url in addresses}) == 1
        assert pages[addresses[0]].story == key
        assert pages[addresses[0]].kin not in {Kin.COPY, Kin.EXCERPT, Kin.EXPANSION}


def test_stories_with_members_of_several_outlets_are_many(second):
    several = [story for story in second.truth.stories.values() if len(story) > 1]
    assert len(several) >= 20


def test_copies_are_nearly_whole_both_ways(second):
    assert all(min(pair) > 0.84 for pair in measured(second, Kin.COPY))


def test_cuts_are_held_and_hold_about_half_at_most(second):
    assert all(held > 0.9 and holding < 0.55 for held, holding in measured(second, Kin.EXCERPT))


def test_expansions_hold_their_source_and_are_mostly_their_own(second):
    assert all(held < 0.55 and holding > 0.9 for held, holding in measured(second, Kin.EXPANSION))


def test_digests_hold_most_of_each_story_and_are_held_by_none(second):
    assert all(held < 0.4 and holding > 0.75 for held, holding in measured(second, Kin.DIGEST))


def test_partial_texts_share_some_words_but_not_most(second):
    assert all(0.2 < max(pair) < 0.5 for pair in measured(second, Kin.PARTIAL))


def test_rewrites_and_translations_share_no_words(second):
    for kin in (Kin.REWRITE, Kin.TRANSLATION):
        assert all(max(pair) < 0.03 for pair in measured(second, kin))


def test_bulletins_differ_in_nothing_but_numbers(world):
    pages = {page.key: page for page in world.pages}
    for page in world.pages:
        if page.kin is Kin.TEMPLATE:
            other = pages[page.of[0]]
            assert page.paragraphs != other.paragraphs
            assert without_numbers(page) == without_numbers(other)


def without_numbers(page) -> str:
    return re.sub(r"\d+(?:[.,:]\d+)?", "0", " ".join([page.headline, *page.paragraphs]))


def test_the_second_act_revises_texts_under_the_same_address(world, second):
    before = {page.url: page for page in world.pages}
    revised = [page for page in second.pages if page.kin is Kin.REVISION]
    assert len(revised) >= 3
    for page in revised:
        assert page.paragraphs != before[page.url].paragraphs
        assert page.published == before[page.url].published < page.modified


def test_the_second_act_adds_late_copies_and_takes_nothing_away(world, second):
    before = {page.url for page in world.pages}
    added = [page for page in second.pages if page.url not in before]
    assert before < {page.url for page in second.pages}
    assert sum(page.kin is Kin.COPY for page in added) >= 3
    assert second.act(1) == world


def test_nothing_is_published_in_the_future_or_before_its_source(second):
    pages = {page.key: page for page in second.everything}
    for page in second.everything:
        assert NOW - timedelta(days=4) < page.published <= page.modified < NOW
        assert all(pages[key].modified < page.modified for key in page.of)


def test_articles_are_long_enough_to_judge(second):
    kept = [page for page in second.pages if page.story]
    lengths = [len(" ".join(page.paragraphs).split()) for page in kept]
    assert min(lengths) >= FEWEST_WORDS
    assert max(lengths) > 600


def test_no_blank_is_left_unfilled(second):
    for page in second.everything:
        assert not re.search(r"[{}@]", " ".join([page.url, page.headline, *page.paragraphs]))


def test_the_world_is_a_function_of_the_instant(world):
    later = load(NOW + timedelta(hours=3))
    assert load(NOW) == world
    assert [page.published - timedelta(hours=3) for page in later.everything] == [
        page.published for page in world.everything
    ]


def test_the_catalogue_is_one_that_kordon_reads(world):
    catalogue = read_catalogue(world.catalogue(), "the demo's catalogue")
    assert [feed.url for feed in catalogue.feeds] == [f.url for o in world.outlets for f in o.feeds]
    state = {outlet.id for outlet in catalogue.outlets if outlet.state_controlled}
    assert state == {outlet.id for outlet in world.outlets if outlet.state_controlled}
    zones = {outlet.id: outlet.time_zone for outlet in catalogue.outlets}
    assert zones == {outlet.id: outlet.time_zone for outlet in world.outlets}


@pytest.mark.parametrize(
    ("headline", "address"),
    [
        ("Lorries & queues: “again”", "lorries-queues-again"),
        ("Черги на кордоні: що з’їли?", "cherhy-na-kordoni-shcho-zily"),
        ("Łódź, Świnoujście i żółw", "lodz-swinoujscie-i-zolw"),
        ("a" * 30 + " " + "b" * 40, "a" * 30),
    ],
)
def test_an_address_is_made_of_the_headline(headline, address):
    assert slug(headline) == address


PAGE = '+++\n[[page]]\noutlet = "a"\nago = 1\n{line}\n+++\n\n# wire: Head\n\nOne\nline.\n\nTwo.\n'


def test_a_manuscript_is_pages_above_and_texts_below():
    script = read_manuscript("file", PAGE.format(line='of = "b"'))
    assert (script.pages[0].id, script.pages[0].of) == ("a", ("b",))
    assert script.texts["wire"].headline == "Head"
    assert script.texts["wire"].paragraphs == ("One line.", "Two.")


def test_a_page_with_a_key_that_nobody_reads_is_refused():
    with pytest.raises(TypeError, match="colour"):
        read_manuscript("file", PAGE.format(line='colour = "red"'))


def test_two_pages_of_one_name_are_refused():
    twice = '[[page]]\noutlet = "a"\nago = 2'
    with pytest.raises(ValueError, match="file: two pages are called a"):
        read_manuscript("file", PAGE.format(line=twice))
