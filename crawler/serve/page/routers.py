"""Every part of the page, in the order in which addresses are matched."""

from crawler.serve.page import assets, border, live, search, sign_in, story, verbs

ROUTERS = (
    assets.router,
    sign_in.router,
    border.router,
    search.router,
    story.router,
    verbs.router,
    live.router,
)
