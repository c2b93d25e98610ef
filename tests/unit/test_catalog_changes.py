from dataclasses import replace

from crawler.catalog.changes import Changes, changed, differing
from crawler.catalog.outlets import Catalogue, feed_id
from crawler.model import Feed, Outlet, OutletId

WIRE, TOWN = Outlet(OutletId("wire"), "Wire"), Outlet(OutletId("town"), "Town")


def a_feed(outlet: Outlet, **facts) -> Feed:
    url = f"https://{outlet.id}.example/rss"
    return Feed(feed_id(url), outlet.id, url, **facts)


SHIPPED = Catalogue((WIRE,), (a_feed(WIRE, enabled=False),))


def test_without_changes_a_catalogue_stays_as_it_is():
    assert changed(SHIPPED, Changes()) == SHIPPED


def test_own_outlets_and_feeds_stand_behind_the_others():
    own = Changes((TOWN,), (a_feed(TOWN),))
    assert changed(SHIPPED, own).outlets == (WIRE, TOWN)
    assert changed(SHIPPED, own).feeds == (*SHIPPED.feeds, a_feed(TOWN))


def test_an_own_feed_takes_the_place_of_a_shipped_one():
    assert changed(SHIPPED, Changes(feeds=(a_feed(WIRE),))).feeds == (a_feed(WIRE),)


def test_a_removed_feed_is_gone_and_its_outlet_is_still_known():
    catalogue = changed(SHIPPED, Changes(removed=frozenset({a_feed(WIRE).id})))
    assert catalogue == Catalogue((WIRE,), ())


def test_only_what_differs_is_worth_remembering():
    given = Catalogue((WIRE, replace(TOWN, name="A town")), (*SHIPPED.feeds, a_feed(TOWN)))
    assert differing(given, SHIPPED) == Catalogue((given.outlets[1],), (a_feed(TOWN),))
