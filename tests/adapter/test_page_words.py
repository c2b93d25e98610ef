"""The page in both languages and themes, and hostile words in it."""

import re

import pytest
from hostile_words import HOSTILE
from lxml import html
from page_views import furnished, seen, story_path, texts
from served import an_article

from crawler.model import ArticleId

# --- languages and themes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [("uk", "uk"), ("de,uk;q=0.8,en;q=0.5", "uk"), ("en-GB,uk;q=0.9", "en"), ("de", "en"),
     ("", "en"), ("uk;q=0,en", "en"), ("uk;q=x", "en")],
)  # fmt: skip
async def test_the_browser_is_answered_in_the_language_it_likes(page, header, code):
    page.headers["Accept-Language"] = header
    assert (await seen(page, "/")).get("lang") == code


async def test_a_language_and_a_theme_that_were_chosen_stay(page):
    await seen(page, "/?lang=uk&theme=dark")
    tree = await seen(page, "/search")
    assert (tree.get("lang"), tree.get("data-theme")) == ("uk", "dark")
    assert texts(tree, "h1") == ["Пошук"]


async def test_every_view_speaks_both_languages_throughout(stand, operator):
    story, _ = await furnished(stand)
    english = {"Newest", "Search", "Who carried it", "Section", "Compare", "Why"}
    for path in ("/", "/search", story_path(story), "/sign-in", "/nothing-here"):
        answer = await operator.get(path, params={"lang": "uk"})
        words = set(re.findall(r"(?<=>)[^<>]+(?=<)", answer.text))
        assert not english & {word.strip() for word in words}, path


# --- hostile words -------------------------------------------------------------------------------


def hostile_article(text, number):
    """An article like no other that says this everywhere."""
    body = f"{text} {' '.join(f'h{number}w{word}' for word in range(40))}"
    return an_article(f"h{number}", title=text, body=body, minutes=number, credits=(text,),
                      authors=(text,))  # fmt: skip


async def test_forty_hostile_texts_stay_texts_in_every_view(stand, operator):
    assert len(HOSTILE) >= 40
    stories = await stand.place(*map(hostile_article, HOSTILE, range(len(HOSTILE))))
    for path in ["/", "/search?window=7d", "/search?q=%3Cscript%3E", *map(story_path, stories)]:
        answer = await operator.get(path)
        assert answer.status_code == 200, path
        tree = html.document_fromstring(answer.text)
        assert {one.get("src").partition("?")[0] for one in tree.cssselect("script")} == SCRIPTS
        assert not tree.cssselect("img, iframe, object, embed, base, style, [style], form form")
        attributes = {
            name for one in tree.iter() if isinstance(one.tag, str) for name in one.attrib
        }
        assert not {name for name in attributes if name.startswith("on")}, path
        assert not [link for link in tree.cssselect("[href]") if "script:" in link.get("href")]


SCRIPTS = {"/static/htmx.min.js", "/static/hx-sse.min.js", "/static/page.js"}


async def test_the_policy_forbids_inline_and_foreign_code_everywhere(stand, page):
    story, _ = await furnished(stand)
    for path in ("/", "/search", story_path(story), "/sign-in", "/nothing-here"):
        policy = (await page.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy


async def test_addresses_of_articles_that_are_no_addresses_of_the_web_are_no_links(stand, page):
    article = an_article(title="Odd")
    evil = type(article)(**{
        **{name: getattr(article, name) for name in article.__slots__},
        "url": "javascript:alert(1)", "id": ArticleId("0" * 20),
    })  # fmt: skip
    (story,) = await stand.place(evil)
    tree = await seen(page, story_path(story))
    assert not [one for one in tree.cssselect("[href]") if "script:" in one.get("href")]
