from pathlib import Path

import pytest

from crawler.fetch.reasons import FailReason

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "fetch-failures.md"


@pytest.mark.parametrize("reason", FailReason)
def test_every_reason_stands_in_the_reference_with_its_prospects(reason):
    again = "yes" if reason.retryable else "no"
    assert f"| `{reason}` | {again} |" in REFERENCE.read_text(encoding="utf-8")


def test_no_reason_stands_in_the_reference_that_does_not_exist():
    rows = [line.split("`")[1] for line in REFERENCE.read_text(encoding="utf-8").splitlines()
            if line.startswith("| `")]  # fmt: skip
    assert rows == [reason.value for reason in FailReason]
