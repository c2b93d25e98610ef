"""What a page says about its article: title, authors, times, address, language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.authors import authors_of
from crawler.extract.dates import Instant
from crawler.extract.paragraphs import paragraphs_of
from crawler.extract.structured import Node, article_node, first
from crawler.extract.times import published_at, updated_at
from crawler.extract.titles import Titles, clean, own_heading, title_of, titled
from crawler.extract.zones import zone_of


@dataclass(frozen=True, slots=True)
class Metadata:
    """The page's own claims, cleaned; empty where it makes none."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: Instant | None = None
    updated: Instant | None = None
    site: str = ""
    canonical: str = ""
    language: str = ""  # ISO 639-1
    description: str = ""
    body: str = ""  # the article's text where structured data holds it
    paywalled: bool = False  # structured data says that one must pay
    opted_out: bool = False  # the page reserves text and data mining (TDM Reservation Protocol)


_LONGEST_SITE = 200  # letters of its name, as in feeds
DESCRIPTION_NAMES = ("og:description", "description", "twitter:description")


def read_metadata(tree: HtmlElement, address: str, *, zone: tzinfo | None = None) -> Metadata:
    """Return what the page says about its article.

    Args:
        tree: The page; not changed.
        address: Where it was found, to tell its own description from those of others.
        zone: The publisher's clock, for times written without one; by default its country's.
    """
    zone = zone or zone_of(address)
    meta = _meta(tree)
    document = titled(tree.findtext(".//title") or "")
    heading = own_heading(tree, meta.get("og:title", ""), document)
    node = article_node(tree, address, heading)
    title = _title(tree, address, meta, node, document)
    return Metadata(
        title=title,
        authors=authors_of(tree, meta, node, title),
        published=published_at(tree, meta, node, address=address, title=title, zone=zone),
        updated=updated_at(meta, node, zone),
        site=_site(meta),
        canonical=_canonical(tree, meta),
        language=_language(tree, meta, node),
        description=_description(meta, node),
        body="\n".join(paragraphs_of(first(node.get("articleBody")))),
        paywalled=str(node.get("isAccessibleForFree")).lower() == "false",
        opted_out=meta.get("tdm-reservation", "").strip() == "1",
    )


def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = element.get("content") or ""
        if name and content.strip():
            found.setdefault(name.strip().lower(), content.strip())
    return found


def _values(meta: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    return (meta[name] for name in names if name in meta)


def _title(tree: HtmlElement, address: str, meta: dict[str, str], node: Node, document: str) -> str:
    headline = titled(first(node.get("headline")))
    social, network = titled(meta.get("og:title", "")), titled(meta.get("twitter:title", ""))
    told = Titles(
        heading=own_heading(tree, headline, social, network, document),
        headline=headline,
        social=social,
        network=network,
        document=document,
    )
    return title_of(told, site=_site(meta), host=urlsplit(address).hostname or "")


def _site(meta: dict[str, str]) -> str:
    return clean(meta.get("og:site_name", ""))[:_LONGEST_SITE]


def _description(meta: dict[str, str], node: Node) -> str:
    claims = (first(node.get("description")), *_values(meta, DESCRIPTION_NAMES))
    return max(map(clean, claims), key=len, default="")


# --- where and in what language --------------------------------------------------------------


def _canonical(tree: HtmlElement, meta: dict[str, str]) -> str:
    for element in tree.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split() and element.get("href"):
            return (element.get("href") or "").strip()
    return meta.get("og:url", "")


def _language(tree: HtmlElement, meta: dict[str, str], node: Node) -> str:
    claims = (
        first(node.get("inLanguage")),
        tree.get("lang") or "",
        meta.get("og:locale", ""),
        meta.get("content-language", ""),
    )
    codes = (re.split(r"[-_]", claim.strip().lower())[0] for claim in claims)
    return next((code for code in codes if len(code) == 2), "")  # noqa: PLR2004 - ISO 639-1
