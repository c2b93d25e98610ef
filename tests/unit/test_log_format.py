"""Is a failing store told once, and a fault of ours with its trace but without the page?"""

import logging
from datetime import UTC, datetime

import pytest

from crawler.errors import StoreError
from crawler.ingest import FetchedPage
from crawler.middlewares.log_format import ItemLogFormatter
from crawler.model import Entry, EntryClaim, EntryId, FeedId, OutletId, Page

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENTRY = Entry(EntryId("e"), "https://o.example/1", OutletId("o"), FeedId("f"))
ITEM = FetchedPage(
    EntryClaim("e:e@1", ENTRY, 0, NOON), Page(ENTRY, ENTRY.url, b"a long page", "text/html", NOON)
)


@pytest.mark.parametrize(
    ("error", "level"), [(StoreError("away"), logging.DEBUG), (KeyError("ours"), logging.ERROR)]
)
def test_only_items_that_the_store_turned_away_are_logged_quietly(error, level):
    assert ItemLogFormatter().item_error(ITEM, error, None, None)["level"] == level


def test_a_broken_item_is_logged_by_its_address_without_its_page():
    words = ItemLogFormatter().item_error(ITEM, KeyError("ours"), None, None)
    said = words["msg"] % words["args"]
    assert "https://o.example/1" in said
    assert "a long page" not in said
