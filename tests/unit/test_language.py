"""Languages are told by their codes of ISO 639-1, as the contract says."""

import pytest

from crawler.text.language import language_of

CANTONESE = "香港嘅邊境管制站今日有好多人排隊，佢哋話要等成三個鐘頭先至可以過關，啲車都塞到好遠"


@pytest.mark.parametrize(("allowed", "told"), [((), {"zh"}), (("en", "uk"), {"en", "uk"})])
def test_what_the_model_calls_by_three_letters_is_told_by_two(allowed, told):
    assert language_of(CANTONESE, allowed=allowed) in told
