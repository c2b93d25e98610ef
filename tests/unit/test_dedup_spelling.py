import pytest

from crawler.dedup.spelling import plain
from crawler.placing import fingerprint_of
from crawler.text.normalise import words
from tests.newsroom import RECIPE

POLISH = "Na przejściu w Dorohusku stoją dziś tysiące ciężarówek, mówią celnicy."
SERBIAN = "На граници са Украјином чекало је више од хиљаду људи, рекао је Ђорђе Њ."
IN_LATIN = "Na granici sa Ukrajinom čekalo je više od hiljadu ljudi, rekao je Đorđe Nj."
SPELLINGS = [
    (POLISH, "Na przejsciu w Dorohusku stoja dzis tysiace ciezarowek, mowia celnicy."),
    ("Poliţiştii şi ţăranii aşteaptă", "Polițiștii și țăranii așteaptă"),
    ("İstanbul'dan Odesa'ya", "Istanbul'dan Odesa'ya"),
    (SERBIAN, IN_LATIN),
    ("Загинули семеро, поранено п'ять осіб", "Загинули 7, поранено 5 осіб"),
    ("Ranni to dwie osoby, czeka dwunastu kierowców", "Ranni to 2 osoby, czeka 12 kierowców"),
    ("Nine people and eleven lorries", "9 people and 11 lorries"),
    (IN_LATIN, "Na granici sa Ukrajinom cekalo je vise od hiljadu ljudi, rekao je Djordje Nj."),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_a_text_are_one_text(one, other):
    assert plain(words(one)) == plain(words(other))
    assert fingerprint_of(one, RECIPE) == fingerprint_of(other, RECIPE)


def test_capitals_have_no_accents():
    assert plain(words("Τα σύνορα της Ουκρανίας")) == plain(words("ΤΑ ΣΥΝΟΡΑ ΤΗΣ ΟΥΚΡΑΝΙΑΣ"))


@pytest.mark.parametrize(
    "text",
    [
        "київський край",
        "район войны й їжак",
        "България и границата",
        "plain words",
        "het is due once, on ten hat du",  # numbers in another language only
        "",
    ],
)
def test_letters_of_their_own_stay(text):
    assert plain(words(text)) == words(text)


@pytest.mark.parametrize("text", [POLISH, SERBIAN, "ß æ œ ı", "е\u0302 a\u0306 \u0301"])
def test_each_word_has_one_and_folding_is_done_once(text):
    folded = plain(words(text))
    assert len(folded) == len(words(text))
    assert plain(folded) == folded
