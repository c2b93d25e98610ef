import unicodedata

import pytest

from crawler.text.normalise import normalise, words
from crawler.text.shingles import shingle_hashes

SENTENCE = "Об’єкт «Ягодин» і її подвір’я: моє море, ї́жа й пам’ять"
WORDS = ["об'єкт", "ягодин", "і", "її", "подвір'я", "моє", "море", "їжа", "й", "пам'ять"]


def test_words_are_lower_case_without_punctuation():
    assert words("The Border, re-opened: 1,207 lorries!") == [
        "the", "border", "re", "opened", "1", "207", "lorries",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_form_of_unicode_does_not_matter(form):
    assert words(unicodedata.normalize(form, SENTENCE)) == WORDS


@pytest.mark.parametrize("apostrophe", "'’ʼ`´‘′")
def test_every_apostrophe_is_one(apostrophe):
    assert words(SENTENCE.replace("’", apostrophe)) == WORDS


def test_what_cannot_be_seen_does_not_count():
    hidden = SENTENCE.replace("пам", "п\u00adа\u200bм\u2060").replace("море", "\ufeffмо\u200dре")
    assert words(hidden) == WORDS


def test_stress_goes_and_letters_with_marks_stay():
    assert words("за́мок і замо́к, її́, йо́го, Ґа́нок") == ["замок", "і", "замок", "її", "його", "ґанок"]


def test_yo_is_ye():
    assert words("Ещё ёлка, ЁЖ") == ["еще", "елка", "еж"]


def test_latin_letters_in_cyrillic_words_become_cyrillic():
    disguised = "Oб’єкт «Ягoдин» i її пoдвip’я: мoє мope, їжa й пaм’ять"
    assert words(disguised) == WORDS


def test_cyrillic_letters_in_latin_words_become_latin():
    assert words("Thе bоrdеr аnd а cаr") == words("The border and a car")


def test_capital_look_alikes_are_told_by_their_case():
    assert words("КHИГA, МOCТ") == ["книга", "мост"]


def test_words_of_two_scripts_that_no_letter_explains_stay():
    assert words("Купив iPhone’ом і Covid’у") == ["купив", "iphone'ом", "і", "covid'у"]


def test_a_foreign_word_in_cyrillic_text_stays_foreign():
    assert words("Компанія Tesla везе F-16") == ["компанія", "tesla", "везе", "f", "16"]


def test_vowel_signs_belong_to_their_words():
    assert words("हिन्दी में") == ["हिन्दी", "में"]


def test_scripts_without_spaces_give_pairs_of_characters():
    assert words("乌克兰边境 2026") == ["乌克", "克兰", "兰边", "边境", "2026"]
    assert words("ก็ดี")[0] == "ก็ดี"


def test_normalising_keeps_punctuation_for_whoever_needs_sentences():
    assert normalise("Київ. «Так»!") == "київ. «так»!"


def test_a_very_long_word_takes_no_longer_than_its_length():
    assert len(words("а" * 400_000 + "b")) == 1  # quadratic would not end within the timeout


def test_shingles_of_a_text_are_pinned():
    found = shingle_hashes(["a", "border", "crossing", "re", "opened"], 3).tolist()
    assert found == [1_132_685_893, 2_731_249_269, 702_181_775]


def test_a_text_shorter_than_a_shingle_is_one_shingle():
    assert len(shingle_hashes(["border"], 3)) == 1
    assert len(shingle_hashes([], 3)) == 0


def test_the_order_of_words_matters_to_a_shingle():
    assert (
        shingle_hashes(["a", "b", "c"], 3).tolist() != shingle_hashes(["c", "b", "a"], 3).tolist()
    )
