"""Every part of the page, in the order in which addresses are matched."""

from crawler.serve.page import (
    assets,
    border,
    crawl,
    crawl_verbs,
    live,
    outlets,
    search,
    sign_in,
    story,
    table,
    verbs,
)

ROUTERS = (
    assets.router,
    sign_in.router,
    border.router,
    search.router,
    table.router,
    story.router,
    verbs.router,
    outlets.router,
    crawl.router,
    crawl_verbs.router,
    live.router,
)
