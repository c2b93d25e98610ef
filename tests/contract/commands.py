"""What the tests of commands share: a registered feed, and the document that a command prints."""

import json

from crawler.model import Feed, FeedId, OutletId

FEED = Feed(FeedId("f1"), OutletId("ukrinform"), "https://www.ukrinform.net/rss/block-lastnews")


def document(kordon, *arguments):
    code, said = kordon(*arguments, "--json")
    assert code == 0
    return json.loads(said)
