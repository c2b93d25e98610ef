"""Does Kordon behave in every situation of the rule book, and does the published card say so?

Lives through the card in a process of its own (python -m tests.manners), a minute or so.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "reference" / "manners.md"
LEAST_CHECKS = 60


@pytest.mark.timeout(400)
def test_every_check_passes_and_the_published_card_is_current(tmp_path):
    page = tmp_path / "manners.md"
    lived = subprocess.run(
        [sys.executable, "-m", "tests.manners", "--write", page],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert lived.returncode == 0, lived.stdout + lived.stderr
    assert page.read_text("utf-8") == PUBLISHED.read_text("utf-8"), "run make manners"
    assert page.read_text("utf-8").count("| yes |") >= LEAST_CHECKS
