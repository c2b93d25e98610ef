"""Are pages that stand where an article was promised told from articles?"""

import pytest

from crawler.extract.article import main_text
from crawler.extract.consent import stand_in
from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata
from crawler.model import SkipReason

NOT_FREE = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Talks fail", '
    '"isAccessibleForFree": false}</script>'
)
STUB = "<p>The talks ended without a result, and the crossing stays closed for lorries.</p>"
TEASER = (
    "<h3><a href='/{0}'>Headline number {0} about an event of the day</a></h3>"
    "<p>A line about story {0}, which ends with a full stop.</p>"
)
COOKIES = (
    "<p>We use cookies and data to deliver services and measure audiences, and our partners do so "
    "too.</p><p>If you choose Accept all, more cookies are set.</p>"
)
EINWILLIGUNG = (
    "<p>Mit Ihrer Zustimmung verarbeiten wir und bis zu 190 Partner Daten. Sie können Ihre "
    "Einwilligung widerrufen.</p>"
)
EEA = (
    "<p>You are attempting to access this website from a country belonging to the European "
    "Economic Area.</p>"
)
LINKS = "<ul>" + "<li><a href='/x'>A headline of the day that is long</a></li>" * 40 + "</ul>"
TEASERS = "".join(f"<div>{TEASER.format(number)}</div>" for number in range(20))
REPORT = "".join(
    f"<p>Paragraph {number} tells how engineers in Geneva chose the number that readers meet when "
    "a page was not found, and what cookies and consent have to do with it since then.</p>"
    for number in range(8)
)


def judged(title: str, body: str, head: str = ""):
    page = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    tree = parse(page.encode())
    meta = read_metadata(tree, "https://outlet.example/1")
    found = stand_in(tree, meta.title, main_text(tree, meta), paywalled=meta.paywalled)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Just a moment...", "<p>Verifying you are human. Please wait.</p>", "bot-challenge"),
        ("DDoS-Guard", "<p>Checking your browser before accessing the site</p>", "bot-challenge"),
        ("Outlet", "<div id='cf-challenge-running'></div>", "bot-challenge"),
        ("Before you continue", COOKIES, "consent-wall"),
        ("Willkommen", EINWILLIGUNG, "consent-wall"),
        ("451", EEA, "consent-wall"),
        ("Oops", "<p>Page not found. It may have been moved.</p>", "soft-404"),
        ("Помилка 404 | Видання", f"<h1>404</h1>{TEASERS}", "soft-404"),
        ("Nie ma", "<p>Przepraszamy, strona nie istnieje albo została usunięta.</p>", "soft-404"),
        ("Talks fail", f"<article>{STUB}<p>Subscribe to continue.</p></article>", "paywall"),
        ("Rozmowy", f"<article>{STUB}<p>Pozostało 80% artykułu</p></article>", "paywall"),
        ("News", f"<main>{TEASERS}</main>", "link-list"),
        ("News", LINKS, "link-list"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_named(title, body, reason):
    assert judged(title, body) == SkipReason(reason)


def test_a_stub_that_structured_data_says_must_be_paid_for_is_a_paywall():
    assert judged("Talks fail", f"<article>{STUB}</article>", NOT_FREE) is SkipReason.PAYWALL


@pytest.mark.parametrize(
    "told",
    [
        "Щоб прочитати матеріал повністю, оформіть передплату.",
        "Цей матеріал доступний лише для передплатників",
        "Чтобы читать дальше, оформите подписку",
        "Полный текст доступен подписчикам",
        "Този материал е само за абонати",
        "Artykuł dostępny tylko dla prenumeratorów",
        "Ez a cikk csak előfizetőknek érhető el",
        "Tento článok si prečítajú len predplatitelia",
        "Tento článek je pouze pro předplatitele",
        "Acest articol este disponibil doar abonaților",
        "Bu içerik yalnızca abonelere açıktır",
        "Rakstu var lasīt tikai abonenti",
        "Cet article est réservé aux abonnés",
    ],
)
def test_a_stub_that_ends_in_a_paywalls_words_is_one(told):
    assert judged("Talks fail", f"<article>{STUB}<p>{told}</p></article>") is SkipReason.PAYWALL


def test_a_whole_article_behind_a_paywall_mark_is_an_article():
    assert judged("Talks fail", f"<article>{REPORT}</article>", NOT_FREE) is None


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Why error 404 exists and who chose it", f"<article>{REPORT}</article>"),
        ("Crossing closed", f"<article>{STUB}</article><footer>Cookie settings</footer>{TEASERS}"),
        ("Crossing closed", f"<article>{STUB}</article>"),
    ],
)
def test_articles_that_only_look_like_one_are_kept(title, body):
    assert judged(title, body) is None
