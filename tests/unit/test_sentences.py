"""A text as sentences."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.text.sentences import LONGEST, sentences_of


def told(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences_of(text)]


def letters(text: str) -> str:
    return "".join(letter for letter in text if letter not in " \n”")


def test_sentences_end_with_a_stop_or_a_line():
    assert told("It grew. “Why?” He left\nNobody knew") == [
        "It grew.", "“Why?", "He left", "Nobody knew",
    ]  # fmt: skip


def test_what_runs_on_without_a_stop_is_taken_in_pieces_of_whole_words():
    pieces = told("border " * 1_000)
    assert max(map(len, pieces)) <= LONGEST
    assert {word for piece in pieces for word in piece.split()} == {"border"}
    assert len(told("x" * 5 * LONGEST)) == 5


@given(st.text(alphabet="ab .!\n”", max_size=80), st.integers(0, 3))
def test_sentences_stand_in_order_and_leave_out_no_word(text, long):
    text += long * ("word " * LONGEST)
    spans = list(sentences_of(text))
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert letters("".join(told(text))) == letters(text)
