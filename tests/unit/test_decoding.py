import pytest

from crawler.decoding import charsets, decoded, own_charsets

TEXT = "<p>Черга на кордоні, п'ять кілометрів</p>"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_mark_or_markup_itself_decides(encoding):
    assert decoded(TEXT.encode(encoding), ["windows-1251"]) == TEXT


def test_valid_utf8_comes_before_what_is_declared():
    assert decoded(TEXT.encode(), ["windows-1251"]) == TEXT


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-u", "iso-8859-5"])
def test_what_is_declared_comes_in_its_order(encoding):
    assert decoded(TEXT.encode(encoding), ["ascii", encoding, "latin-1"]) == TEXT


@pytest.mark.parametrize("nonsense", ["undefined", "nonsense", "idna", "rot13", "hex"])
def test_a_declared_encoding_that_is_none_is_passed_over(nonsense):
    assert decoded(TEXT.encode("windows-1251"), [nonsense]) == TEXT


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("windows-1251", TEXT),
        ("windows-1251", "Вісті"),
        ("windows-1251", "ЧЕРГА НА КОРДОНІ"),
        ("windows-1251", "Отново се вдига таксата за преминаване по моста, съобщиха от управата"),
        ("koi8-u", "Черга на пропускному пункті зросла до дев'яти кілометрів, кажуть водії"),
        ("koi8-r", "На границе задержали фуру с незаявленным грузом, сообщили на таможне"),
        ("windows-1250", "Kolejka wydłużyła się do dziewięciu kilometrów, kierowcy śpią"),
        ("windows-1250", "A torlódást az okozta, hogy új ellenőrző rendszert vezettek be"),
        ("windows-1250", "Colníci odhalili pašované cigarety v nákladnom vlaku, uviedla"),
        ("iso-8859-2", "Na hraničnom priechode čakajú kamióny, ľudia prechádzajú ťažšie, uviedla"),
        ("iso-8859-2", "Řidiči si stěžují, že nemají kde zaparkovat, uvedla mluvčí. Šéf žádá"),
        ("iso-8859-2", "Most w Hrebennem będzie zamknięty do świąt"),
        ("iso-8859-2", "Colníci odhalili pašované cigarety"),
        ("windows-1252", "Où passent-ils, après l'arrêt des contrôles ?"),
        ("windows-1254", "Sınır kapısında bekleyen tır sürücüleri için yeni tesis açıldı"),
        ("windows-1252", "Der Übergang bleibt gesperrt, größere Schäden gibt es nicht"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("declared", [[], ["utf-8"], ["nonsense"]])
def test_without_a_true_declaration_the_code_page_that_makes_sense_is_taken(
    encoding, text, declared
):
    body = f"<html><title>{text}</title><div class='text'>{text}</div></html>"
    assert decoded(body.encode(encoding), declared) == body


@pytest.mark.timeout(30)  # from each of its letters on, a word would be looked through for hours
def test_a_word_without_end_is_read_at_once():
    text = f"{'a' * 2_000_000} ťažšie čakajú"
    assert decoded(text.encode("iso-8859-2"), []) == text


def test_a_broken_byte_spoils_no_other():
    assert decoded(TEXT.encode() + b"\xd1", []) == TEXT + "\ufffd"


def test_encodings_are_found_in_header_page_and_document():
    assert charsets("text/html; Charset='windows-1251'") == ["windows-1251"]
    assert own_charsets(b"<meta charset=koi8-u>") == ["koi8-u"]
    assert own_charsets(b'<?xml version="1.0" encoding="windows-1251"?>') == ["windows-1251"]
    assert charsets("text/html") == own_charsets(b"<p>charset=koi8-u") == []
