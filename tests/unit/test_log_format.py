"""Is a failing store told once, and a fault of ours with its trace?"""

import logging

import pytest

from crawler.errors import StoreError
from crawler.middlewares.log_format import ItemLogFormatter


@pytest.mark.parametrize(
    ("error", "level"), [(StoreError("away"), logging.DEBUG), (KeyError("ours"), logging.ERROR)]
)
def test_only_items_that_the_store_turned_away_are_logged_quietly(error, level):
    words = ItemLogFormatter().item_error(object(), error, None, None)
    assert words["level"] == level
