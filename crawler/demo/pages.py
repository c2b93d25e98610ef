"""Pages as their outlets would dress them: navigation, related links, share bars, metadata."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from crawler.demo.publishers import DemoOutlet, DemoPage
from crawler.demo.world import World
from crawler.model import SkipReason

_DATA = files("crawler.demo") / "data"
_OWN_SKIN = frozenset(
    {
        SkipReason.BOT_CHALLENGE,
        SkipReason.CONSENT_WALL,
        SkipReason.LINK_LIST,
        SkipReason.NO_TEXT,
        SkipReason.PAYWALL,
        SkipReason.SOFT_404,
    }
)
_READ_ALSO_AFTER = 2  # paragraphs
_RELATED = 5  # links


def render_page(page: DemoPage, world: World) -> bytes:
    """Return the page's HTML in its outlet's skin and encoding."""
    neighbours = [other for other in world.pages if other.outlet.id == page.outlet.id]
    others = [other for other in neighbours if other.url != page.url][:_RELATED]
    html = _skin(page).substitute(_parts(page, others))
    return html.encode(page.outlet.encoding, "xmlcharrefreplace")


def render_front(outlet: DemoOutlet, world: World) -> bytes:
    """Return the outlet's front page: the newest headlines, and where its feeds are."""
    pages = [page for page in world.pages if page.outlet.id == outlet.id]
    feeds = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{feed.url}">'
        for feed in outlet.feeds
    )
    html = (
        f'<!doctype html><html lang="{outlet.language}"><head><meta charset="{outlet.encoding}">'
        f"<title>{escape(outlet.name)}</title>{feeds}</head>"
        f"<body><h1>{escape(outlet.name)}</h1>{_links(pages)}</body></html>"
    )
    return html.encode(outlet.encoding, "xmlcharrefreplace")


def _skin(page: DemoPage) -> Template:
    name = str(page.skip) if page.skip in _OWN_SKIN else page.outlet.skin
    return _template(name)


@cache
def _template(name: str) -> Template:
    return Template((_DATA / "skins" / f"{name}.html").read_text(encoding="utf-8"))


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    """What stands around an article, by language."""
    return tomllib.loads((_DATA / "words.toml").read_text(encoding="utf-8"))


def _parts(page: DemoPage, others: list[DemoPage]) -> dict[str, str]:
    """Everything a skin may show; each skin leaves something out."""
    outlet, words = page.outlet, _words()[page.outlet.language]
    plain = {name: word for name, word in words.items() if isinstance(word, str)}
    shown = {
        "outlet": outlet.name,
        "home": outlet.homepage,
        "url": page.url,
        "language": outlet.language,
        "encoding": outlet.encoding,
        "headline": page.headline,
        "lead": page.paragraphs[0] if page.paragraphs else page.headline,
        "author": page.author or words["newsroom"],
        "published": _iso(page.published, outlet),
        "modified": _iso(page.modified, outlet),
        "day": _spoken(page.published, outlet, words["months"]),
        "numeric_day": f"{_local(page.published, outlet):%d.%m.%Y, %H:%M}",
        "year": str(page.published.year),
        **plain,
    }
    return {name: escape(value) for name, value in shown.items()} | {
        "body": _body(page, others, words),
        "nav": "".join(f'<li><a href="/{n}/">{escape(s)}</a></li>' for n, s in _sections(words)),
        "related_links": _links(others),
        "listing": _listing(page),
        "linked_data": _linked_data(page),
        "opt_out": _opt_out(page),
    }


def _sections(words: Mapping[str, Any]) -> Iterable[tuple[int, str]]:
    return enumerate(words["sections"], start=1)


def _body(page: DemoPage, others: list[DemoPage], words: Mapping[str, Any]) -> str:
    house = page.outlet
    own = page.paragraphs if page.skip in _OWN_SKIN else (
        *house.before, *page.paragraphs, *house.after
    )  # fmt: skip
    blocks = [f"<p>{escape(paragraph)}</p>" for paragraph in own]
    if house.read_also and others and page.skip not in _OWN_SKIN:
        link = f'<a href="{others[0].url}">{escape(others[0].headline)}</a>'
        also = f'<p class="also"><strong>{escape(words["read_also"])}:</strong> {link}</p>'
        blocks.insert(_READ_ALSO_AFTER, also)
    return "\n".join(blocks)


def _links(pages: Iterable[DemoPage]) -> str:
    items = (f'<li><a href="{page.url}">{escape(page.headline)}</a></li>' for page in pages)
    return f"<ul>{''.join(items)}</ul>"


def _listing(page: DemoPage) -> str:
    """Every paragraph as a link, for pages that hold nothing else."""
    lines = enumerate(page.paragraphs, start=1)
    return (
        "<ul>" + "".join(f'<li><a href="/a/{n}">{escape(p)}</a></li>' for n, p in lines) + "</ul>"
    )


def _linked_data(page: DemoPage) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.headline,
        "datePublished": _iso(page.published, page.outlet),
        "dateModified": _iso(page.modified, page.outlet),
        "mainEntityOfPage": page.url,
        "author": {"@type": "Person", "name": page.author or page.outlet.name},
        "publisher": {"@type": "NewsMediaOrganization", "name": page.outlet.name},
    }
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")


def _opt_out(page: DemoPage) -> str:
    wanted = page.skip is SkipReason.OPTED_OUT
    return '<meta name="tdm-reservation" content="1">' if wanted else ""


def _local(moment: datetime, outlet: DemoOutlet) -> datetime:
    return moment.astimezone(ZoneInfo(outlet.time_zone))


def _iso(moment: datetime, outlet: DemoOutlet) -> str:
    return _local(moment, outlet).isoformat(timespec="seconds")


def _spoken(moment: datetime, outlet: DemoOutlet, months: list[str]) -> str:
    local = _local(moment, outlet)
    return f"{local.day} {months[local.month - 1]} {local.year}, {local:%H:%M}"
