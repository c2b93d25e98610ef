"""Do the lines that outlets put into every article go, and the article's own stay?"""

import pytest

from crawler.extract.article import main_text
from crawler.extract.boilerplate import is_boilerplate, without_boilerplate
from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata

PARAGRAPH = (
    "The lorries have stood at the crossing since Monday morning, as the guards counted them."
)


@pytest.mark.parametrize(
    "line",
    [
        "WATCH | The queue seen from above",
        "Listen: our weekly talk",
        "Lorries before the crossing. Photograph: Ann Ames/Agency",
        "Die Kolonne vor dem Übergang. Bildrechte: Anna Muster/Agentur",
        "Вантажівки на під'їзді до кордону. Фото: Держприкордонслужба",
        "The mayor in her office © Town Hall",
        "By Ann Ames and Ben Brook",
        "Von Anna Muster, Frankfurt",
        "Autor: Jan Kowalski",
        "3 Minuten Lesezeit",
        "5 min read",
        "Час читання: 4 хв",
        "Veröffentlicht am 13. Mai 2026 um 15:44",
        "Оновлено: 10 листопада 2026, 14:20",
        "Empfohlener redaktioneller Inhalt",
        "Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.",
        "You must be logged in to post",
        "Follow Border Times on Facebook",
        "Прочетете още: мостът е затворен",
        "Абонирайте се за нашия бюлетин.",
        "Ayrıca okuyun: Köprü kapatıldı",
        "Bültenimize abone olun.",
        "Prihláste sa na odber noviniek.",
        "Камиони пред моста. Снимка: Областна управа",
        "Fotoğraf: Valilik",
        "Ciężarówki przed mostem. Fot. Jan Kowalski",
        "Фота: раённы савет",
    ],
)
def test_what_is_no_part_of_the_article_goes(line):
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        PARAGRAPH,
        "By Monday the queue had grown to three hundred lorries.",
        "Von Montag an gilt eine neue Regel.",
        "Posted troops wait 30 km from the border.",
        "He holds three photographs: one of the bridge, one of the queue and one of the guards.",
        "Watch the guards at work and you see how long a minute is.",
        "The reading takes 30 minutes.",
        "Stand: the market is closed.",
        "Прочетете внимателно: таксата е нова.",
        "Снимката показва моста преди да бъде затворен.",
    ],
)
def test_what_only_looks_like_it_stays(line):
    assert not is_boilerplate(line)


@pytest.mark.parametrize(
    "heading", ["About the author", "Новини за темою:", "O autorze", "Comments (3)"]
)
def test_a_heading_that_ends_the_article_takes_what_follows_with_it(heading):
    lines = [PARAGRAPH] * 8 + [heading, "She has written about borders for years."]
    assert without_boilerplate(lines) == [PARAGRAPH] * 8


def test_such_a_heading_in_the_middle_ends_nothing():
    lines = [PARAGRAPH, "About the author", *[PARAGRAPH] * 4]
    assert without_boilerplate(lines) == lines


def page_text(header: str) -> str:
    body = "".join(f"<p>{PARAGRAPH} It was the {number} hour.</p>" for number in range(12))
    head = f"<header><h1>Lorries wait</h1>{header}</header>"
    tree = parse(f"<html><body>{head}<article>{body}</article></body>".encode())
    return main_text(tree, read_metadata(tree, "https://outlet.example/1"))


STANDFIRST = "Drivers say that nobody has told them when the crossing will open again this week."


@pytest.mark.parametrize(
    "name", ["standfirst", "article-lead", "e-teaser", "story-intro_storyIntro__7"]
)
def test_a_standfirst_shown_below_the_title_is_read(name):
    assert page_text(f'<p class="{name}">{STANDFIRST}</p>').startswith(STANDFIRST)


def test_a_line_of_a_few_words_is_no_standfirst():
    assert page_text('<p class="lead">In short.</p>').startswith(PARAGRAPH)
