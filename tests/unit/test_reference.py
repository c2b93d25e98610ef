"""The reference names everything there is, and what the documents say to do can be done."""

import ast
import importlib.util
import json
import re
import shlex
import tomllib
from dataclasses import fields
from inspect import isfunction, signature
from pathlib import Path

import pytest
import typer.main

from crawler import errors
from crawler.catalog.outlets import read_catalogue
from crawler.catalog.topics import topic
from crawler.cli import exits, main
from crawler.contract import StoryPayload, read_story, schema
from crawler.fetch.reasons import FailReason
from crawler.model import Alert, ChangeKind, SkipReason
from crawler.overrides import changed_settings
from crawler.screening import Stage
from crawler.setting import VARIABLES
from crawler.store import keys

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])
SNIPPET = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reference(name):
    return (DOCS / "reference" / name).read_text("utf-8")


# --- nothing is missing ------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["commands.md", "settings.md", "keys.md"])
def test_a_page_written_from_code_is_current(page):
    assert reference(page) == generator().pages()[page], "run python docs/generate.py"


def test_every_key_of_the_crawl_is_in_the_reference():
    functions = [one for name, one in vars(keys).items() if callable(one) and name.islower()]
    plain = [one() for one in functions if isfunction(one) and not signature(one).parameters]
    own = {name for name in plain if isinstance(name, str) and name.startswith(keys.crawl(""))}
    listed = re.findall(r"^\| `([^`]+)`", reference("keys.md"), re.MULTILINE)
    assert own - set(map(keys.crawl, listed)) == set()


def counted():
    """Every name that the code counts under, as far as it is spelled out."""
    for folder in ("crawler", "spiders", "pipelines"):
        for path in (ROOT / folder).rglob("*.py"):
            yield from re.findall(r'\.count\(\s*f?"([a-z-]+/[^"{]*)', path.read_text("utf-8"))


def test_every_counter_is_in_the_reference():
    names = set(counted())
    assert len(names) > 10
    assert {name for name in names if f"`{name}" not in reference("counters.md")} == set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("counters.md", SkipReason),
        ("counters.md", Stage),
        ("fetch-failures.md", FailReason),
        ("contract.md", ChangeKind),
    ],
)
def test_every_reason_and_event_is_in_the_reference(page, words):
    assert {word.value for word in words if f"`{word}`" not in reference(page)} == set()


def test_every_error_and_exit_code_is_in_the_reference():
    page = reference("errors.md")
    kinds = [name for name, kind in vars(errors).items()
             if isinstance(kind, type) and issubclass(kind, errors.KordonError)]  # fmt: skip
    codes = {name: code for name, code in vars(exits).items() if name.startswith("EXIT_")}
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()
    assert {name for name, code in codes.items() if f"`{name}` {code}" not in page} == set()
    commands = reference("commands.md")
    assert {code for code in codes.values() if f"| {code} |" not in commands} == set()


# --- what is written can be done ---------------------------------------------------------------


def snippets(language):
    found = [
        (page, text)
        for page in PAGES
        for kind, text in SNIPPET.findall(page.read_text("utf-8"))
        if kind == language
    ]
    return [pytest.param(text, id=f"{page.relative_to(ROOT)}-{n}")
            for n, (page, text) in enumerate(found)]  # fmt: skip


def commands_in(text):
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        while words and "=" in words[0] and words[0].isupper():
            words = words[1:]
        if words and words[0].rpartition("/")[2] == "kordon":
            yield words[1:]


def parsed(words):
    """Let the command line read the words, without doing anything."""
    command, name = typer.main.get_command(main.app), "kordon"
    while True:
        context = command.make_context(name, list(words), resilient_parsing=True)
        for word in words:
            known = {opt for param in command.params for opt in param.opts} | {"--help"}
            if word.startswith("--") and not hasattr(command, "commands"):
                assert word in known, f"{name} has no {word}"
        if not hasattr(command, "commands"):
            return
        rest = [*context._protected_args, *context.args]
        if not rest:
            return
        name, words = rest[0], rest[1:]
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]


@pytest.mark.parametrize("text", snippets("sh"))
def test_commands_in_the_documents_exist_with_their_options(text):
    for words in commands_in(text):
        parsed(words)


def test_commands_named_within_sentences_exist():
    for page in PAGES:
        for line in re.findall(r"`kordon ([a-z][^`]*)`", page.read_text("utf-8")):
            if "changelog" not in page.name and "decisions" not in page.parts:
                parsed(shlex.split(line.replace("...", "")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_in_the_documents_stand_in_snippets_that_are_tried(page):
    if "decisions" not in page.parts:
        assert not re.findall(r"^ {4}[A-Z]+_[A-Z_]+ = .*", page.read_text("utf-8"), re.MULTILINE)


def test_addresses_in_the_documents_can_be_asked_as_they_stand():
    """Letters beyond ASCII make a request that no server takes; curl sends them as they are."""
    for page in PAGES:
        for line in re.findall(r"^curl .*$", page.read_text("utf-8"), re.MULTILINE):
            assert all(word.isascii() for word in shlex.split(line) if "://" in word), line


@pytest.mark.parametrize("text", snippets("toml"))
def test_settings_and_topics_in_the_documents_can_be_used(text, tmp_path):
    name = tomllib.loads(text).get("id")
    file = tmp_path / f"{name or 'settings'}.toml"
    file.write_text(text)
    assert topic(name, tmp_path) if name else changed_settings(file)


def test_every_variable_that_is_named_is_taken():
    taken = {f"{one.name}{end}" for one in VARIABLES for end in ("", "_FILE")}
    files = [*PAGES, *(ROOT / "examples").iterdir(), *(ROOT / "deploy").rglob("*.*")]
    named = {
        (file.name, name)
        for file in files
        if file.is_file() and "decisions" not in file.parts
        for name in re.findall(r"\bKORDON_[A-Z_]*[A-Z]", file.read_text("utf-8"))
    }
    assert {(file, name) for file, name in named if name not in taken} == set()


def test_the_figures_of_the_readme_are_those_of_the_pages_it_leads_to():
    measured = "".join(page.read_text("utf-8") for page in (DOCS / "explanation").glob("*.md"))
    rows = "".join(re.findall(r"^\|.*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    figures = re.findall(r"(?<![\w`/])\d*\.\d+", rows)
    assert len(figures) > 4
    assert [figure for figure in figures if figure not in measured] == []


def test_the_story_in_the_contract_has_every_field_and_no_other():
    page = reference("contract.md")
    (text,) = (text for kind, text in SNIPPET.findall(page) if kind == "json")
    written = json.loads(text)
    known = schema()["$defs"]
    assert set(written) == set(known["StoryPayload"]["properties"])
    assert set(written["canonical"]) == set(known["ArticlePayload"]["properties"])
    for member in written["members"]:
        assert set(member) == set(known["MemberPayload"]["properties"])
    assert isinstance(read_story(text.encode()), StoryPayload)
    assert all(f"`{name}`" in page for name in known["ChangePayload"]["properties"])


@pytest.mark.parametrize("text", snippets("csv"))
def test_tables_in_the_documents_are_catalogues(text):
    assert read_catalogue(text, "the snippet").feeds


@pytest.mark.parametrize("text", snippets("python"))
def test_python_in_the_documents_can_be_read(text):
    ast.parse(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_index_leads_to_every_page():
    index = DOCS / "index.md"
    led = {
        (DOCS / target).resolve()
        for target in re.findall(r"\]\(([^):#]+\.md)", index.read_text("utf-8"))
    }
    pages = {page for page in DOCS.rglob("*.md") if "decisions" not in page.parts}
    assert pages - led == {index}


def anchors(page):
    """Return what links may name in a page: its headings, as GitHub spells them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#+ +(.*)$", text, re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        yield re.sub(r"[^\w -]", "", words).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_into_a_page_meet_a_heading(page):
    links = re.findall(r"\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)", page.read_text("utf-8"))
    for target, anchor in links:
        assert anchor in set(anchors(page.parent / target if target else page)), (target, anchor)


def test_the_public_stream_beside_the_topics_is_in_the_contract():
    assert f"`{keys.alerts()}`" in reference("contract.md")
    assert {one.name for one in fields(Alert)} <= set(
        re.findall(r"`(\w+)`", reference("contract.md"))
    )
