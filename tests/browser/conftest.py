"""A real browser before a small installation; what it complains of fails the test."""

import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "adapter"))  # what the API serves in tests

from newsstand import Newsstand

from crawler.access import Role
from crawler.text.lemmas import load

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MILLISECONDS = 15_000
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install Debian's chromium to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def dictionaries():
    load()  # the first installation would wait for them


@pytest.fixture
def newsstand(tmp_path, dictionaries):
    opened = Newsstand(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def open_tab(chromium, newsstand):
    """Open tabs at the installation; afterwards none may have complained or asked elsewhere."""
    contexts, complaints = [], []

    def opened(expected=(), **options):
        context = chromium.new_context(base_url=newsstand.address, viewport=WIDE, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on(
            "console", lambda said: complaints.append(said.text) if grave(said, expected) else None
        )
        tab.on("request", lambda asked: complaints.append(asked.url) if foreign(asked) else None)
        tab.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        return tab

    def grave(said, expected):
        foreseen = any(words in said.text for words in expected)
        return said.type in {"error", "warning"} and not foreseen

    def foreign(asked):
        return not asked.url.startswith((newsstand.address, "about:"))

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def tab(open_tab):
    return open_tab(locale="en-GB")


@pytest.fixture
def sign_in(newsstand):
    """Sign an operator in through the form, in any tab."""

    def signed_in(tab):
        tab.goto("/sign-in")
        tab.get_by_label("Token").fill(newsstand.token(Role.OPERATOR))
        tab.get_by_role("main").get_by_role("button", name="Sign in").click()
        tab.get_by_role("heading", name="Border now").wait_for()

    return signed_in


@pytest.fixture
def operators_tab(open_tab, sign_in):
    """A tab in which an operator has signed in."""
    tab = open_tab(locale="en-GB")
    sign_in(tab)
    return tab
