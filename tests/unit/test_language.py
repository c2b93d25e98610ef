"""Languages are told by their codes of ISO 639-1, as the contract says."""

import pytest

from crawler.text.language import identifier, language_of

CANTONESE = "香港嘅邊境管制站今日有好多人排隊，佢哋話要等成三個鐘頭先至可以過關，啲車都塞到好遠"
SPOKEN = ("be", "bg", "en", "et", "pl", "ru", "sk", "uk")


@pytest.mark.parametrize(("allowed", "told"), [((), {"zh"}), (("en", "uk"), {"en", "uk"})])
def test_what_the_model_calls_by_three_letters_is_told_by_two(allowed, told):
    assert language_of(CANTONESE, allowed=allowed) in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("«Ми не поїдемо назад»: беженцы из Харькова рассказали о жизни за границей", "ru"),
        ("«Мы стоим вторые сутки»: водії скаржаться на чергу в Ягодині", "uk"),
        ('Kyiv mayor: "Слава Україні" will be on every bus', "en"),
    ],
)
def test_what_a_headline_quotes_does_not_tell_its_language(text, told):
    assert language_of(text, allowed=SPOKEN) == told


def test_a_headline_of_nothing_but_a_quotation_is_told_by_it():
    assert language_of("«Ми не поїдемо назад»", allowed=SPOKEN) == "uk"


def test_weapons_with_latin_names_leave_a_headline_ukrainian():
    assert language_of("ЗСУ отримали HIMARS, Patriot та IRIS-T", allowed=SPOKEN) == "uk"


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("Граница са Мађарском отворена, камиони чекају сатима", "sr"),
        ("Полицијата ги зголеми контролите на границата", "mk"),
        ("Ukraina sulkee rajan Moldovaan", "fi"),
    ],
)
def test_a_language_that_no_topic_reads_is_told_where_claim_and_text_agree(text, claimed):
    assert language_of(text, allowed=SPOKEN, claimed=claimed) == claimed


def test_a_claim_that_the_text_does_not_bear_out_is_not_believed():
    assert language_of("Trucks wait at the Polish border", allowed=SPOKEN, claimed="sr") == "en"


def test_models_share_the_table_that_takes_a_second_to_read():
    assert identifier(("en", "uk")).tk_nextmove is identifier().tk_nextmove
