"""The commands that look at articles and stories, and an operator's word on them."""

import asyncio
from dataclasses import replace

import pytest
from articles import an_article, copies, decide
from commands import document
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.cli.session import opened
from crawler.dedup.placement import decide as judged
from crawler.errors import ConfigError, UnknownError
from crawler.model import ArticleId, OutletId, TopicId

OUTLETS = ("outlet-0", "outlet-1")


# --- articles --------------------------------------------------------------------------------


def test_an_article_is_shown_by_id_or_address_with_story_text_and_relations(kordon, stocked):
    one, other = stocked
    (by_id,) = document(kordon, "articles", "show", one.id)
    (by_address,) = document(kordon, "articles", "show", one.url)
    assert by_id == by_address
    assert (by_id["url"], by_id["text"]) == (one.url, one.text)
    assert [(tie["url"], tie["relation"]) for tie in by_id["ties"]] == [(other.url, "copy")]
    assert one.url in kordon("articles", "show", one.id)[1]
    assert f"{by_id['story']} (canonical)" in kordon("articles", "show", one.id)[1]


def test_an_article_that_is_not_known_is_said_so(kordon):
    assert kordon("articles", "show", "https://nowhere.example/x")[0] == 1


def test_what_is_neither_address_nor_id_is_refused(kordon):
    with pytest.raises(ConfigError, match="neither an address nor an id"):
        kordon("articles", "show", "ftp://nowhere.example/x")


# --- narrowing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--filter", "language:en"], 1),
        (["--filter", "language:pl", "--filter", "language:en"], 1),
        (["--filter", "language:en", "--filter", "outlet:pap"], 0),
        (["--filter", "outlet:pap"], 0),
        (["--since", "2000-01-01"], 1),
        (["--since", "2999-01-01T12:00"], 0),
        (["--since", "2000-01-01", "--filter", "outlet:pap"], 0),
    ],
)
def test_stories_are_listed_by_what_they_have_and_when_they_changed(kordon, stocked, asked, found):
    assert len(document(kordon, "stories", "list", *asked)) == found


def test_so_many_stories_as_are_asked_for_are_listed_of_those_that_fit(kordon):
    async def place():
        async with opened() as wired:
            for n in range(4):
                outlet = OutletId(("ukrinform", "unian")[n % 2])
                article = an_article(url=f"https://{n}.example/", outlet=outlet)
                await wired.stories.place(TopicId("ukraine-border"), article, decide)

    asyncio.run(place())
    asked = ("stories", "list", "--filter", "outlet:unian")
    assert len(document(kordon, *asked)) == 2
    assert len(document(kordon, *asked, "--limit", "1")) == 1


@pytest.mark.parametrize(
    ("given", "remedy"),
    [("outlet:ukrinfrom", "write outlet:ukrinform"), ("ukrinform", "write KIND:NAME")],
)
def test_a_filter_that_nothing_can_meet_is_refused(kordon, given, remedy):
    with pytest.raises(ConfigError) as refused:
        kordon("stories", "list", "--filter", given)
    assert remedy in str(refused.value)


# --- forgetting ------------------------------------------------------------------------------


def test_an_article_is_forgotten_by_its_address_with_a_reason(kordon, stocked):
    one, other = stocked
    gone = document(kordon, "articles", "forget", one.url, "--why", "they asked", "--yes")
    assert gone["articles"] == 1
    assert kordon("articles", "show", one.id)[0] == 1
    assert kordon("articles", "show", other.id)[0] == 0
    assert [stone["why"] for stone in document(kordon, "articles", "forgotten")] == ["they asked"]


def test_an_outlet_is_forgotten_and_its_feeds_are_paused(kordon, stocked):
    gone = document(kordon, "articles", "forget", "--outlet", "ukrinform", "--why", "x", "--yes")
    assert gone["feeds_paused"] == 1


def test_an_outlet_that_nobody_knows_is_not_forgotten(kordon):
    with pytest.raises(UnknownError) as refused:
        kordon("articles", "forget", "--outlet", "ukrinfrom", "--why", "x", "--yes")
    assert "ukrinform" in str(refused.value)
    assert document(kordon, "articles", "forgotten") == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--why", "x", "--yes"), "nothing or too much"),
        (("https://a.example/", "--outlet", "a", "--why", "x"), "nothing or too much"),
        (("https://a.example/", "--why", " ", "--yes"), "no reason is given"),
        (("https://a.example/", "--why", "x"), "cannot be undone"),
    ],
)
def test_forgetting_needs_one_subject_a_reason_and_a_yes(kordon, arguments, problem):
    with pytest.raises(ConfigError, match=problem):
        kordon("articles", "forget", *arguments)


# --- an operator's word on stories, and the reasons --------------------------------------------


def test_explain_shows_shares_rule_limits_and_the_longest_passage(kordon, stocked):
    one, other = stocked
    found = document(kordon, "explain", one.url, other.url)
    assert (found["relation"], found["same_story"]) == ("copy", True)
    assert (found["one_in_other"], found["other_in_one"], found["rule"]) == (1, 1, "the same words")
    assert len(found["passage"].split()) == 120
    assert found["thresholds"]["held"] > 0.5
    code, said = kordon("explain", one.url, other.url)
    assert code == 0
    assert "longest passage" in said


def test_explain_tells_outlets_times_and_what_decides_besides_the_texts(kordon, stocked):
    one, other = stocked
    found = document(kordon, "explain", one.url, other.url)
    assert (found["one_outlet"], found["other_outlet"], found["beyond"]) == (*OUTLETS, "")
    assert found["one_published"] == "2026-11-22T11:55:00Z"
    (story,) = document(kordon, "stories", "list")
    kordon("stories", "split", story["id"], other.url, "--why", "two fires")
    for pair in ((one.url, other.url), (other.url, one.url)):
        assert "a ruling keeps the two apart" in kordon("explain", *pair)[1]


def test_explain_shows_the_ruling_on_what_was_put_together_with_one_of_the_two(kordon, stocked):
    one, other = stocked
    third, fourth = (an_article(url=f"https://{name}.example/") for name in ("third", "fourth"))

    async def place():
        async with opened() as wired:
            for article in (third, fourth):
                await wired.stories.place(TopicId("ukraine-border"), article, decide)

    asyncio.run(place())
    home, far, farther = (
        document(kordon, "articles", "show", article.id)[0]["story"]
        for article in (one, third, fourth)
    )
    kordon("stories", "split", home, other.id, "--why", "two fires")
    kordon("stories", "merge", home, far, "--why", "one fire")
    kordon("stories", "never-merge", home, farther, "--why", "another fire")
    kordon("stories", "merge", home, farther, "--why", "one fire")
    found = document(kordon, "explain", third.id, other.id)
    assert found["beyond"] == "a ruling keeps the two apart"
    said = {(ruling["kind"], ruling["why"]) for ruling in found["rulings"]}
    assert said == {("apart", "two fires"), ("together", "one fire")}


def test_explain_says_what_was_forgotten_and_why(kordon, told, stocked):
    one, other = stocked
    kordon("articles", "forget", other.url, "--why", "the publisher asked", "--yes")
    code, said = told("explain", one.url, other.url)
    assert (code, "was forgotten on" in said, "the publisher asked" in said) == (1, True, True)
    with pytest.raises(ConfigError, match=r"was forgotten on .*: the publisher asked; what is"):
        kordon("stories", "pin", other.url, "--why", "the best")


def test_explain_says_which_article_is_not_known(told, stocked):
    unknown = "https://nowhere.example/"
    for pair in ((stocked[0].url, unknown), (unknown, stocked[0].url)):
        assert told("explain", *pair) == (
            1, f"kordon: no article is known as {unknown}; it may have expired or moved\n"
        )  # fmt: skip
    assert told("explain", "0" * 20, unknown)[1].count("no article is known as") == 2


def test_explain_says_when_it_is_given_a_story(kordon, told, stocked):
    async def place():
        async with opened() as wired:
            await wired.stories.place(TopicId("everything"), stocked[0], judged)

    asyncio.run(place())
    (story,) = document(kordon, "stories", "list", "--topic", "everything")
    code, said = told("explain", stocked[0].url, story["id"], "--topic", "everything")
    assert (code, said.count("\n")) == (1, 1)
    assert f"{story['id']} is a story's id; give one of its articles" in said


def test_explain_says_when_its_two_articles_share_no_topic(told, stocked, tmp_path):
    one, other = stocked
    elsewhere = replace(other, id=ArticleId("e" * 20))

    async def place():
        async with opened() as wired:
            await wired.stories.place(TopicId("everything"), elsewhere, decide)

    asyncio.run(place())
    (tmp_path / "settings.toml").write_text('TOPICS = ["ukraine-border", "everything"]')
    code, said = told("explain", one.id, elsewhere.id)
    assert code == 1
    assert "in no topic together" in said


def test_a_story_is_shown_with_the_ids_of_its_articles_and_which_one_is_canonical(kordon, stocked):
    one, other = stocked
    (story,) = document(kordon, "stories", "list")
    said = kordon("stories", "show", story["id"])[1].splitlines()
    ids = (one.id, other.id)
    relations = {id_: line.split(id_)[0].split()[-1] for line in said for id_ in ids if id_ in line}
    assert relations == {one.id: "canonical", other.id: "copy"}
    assert document(kordon, "stories", "show", story["id"])["canonical"] == one.id


def test_why_shows_what_holds_a_story_together(kordon, stocked):
    (story,) = document(kordon, "stories", "list")
    found = document(kordon, "stories", "why", story["id"])
    assert found["canonical"] == stocked[0].id
    assert [member["stored"] for member in found["members"]] == ["copy"]
    assert "in canonical   of canonical" in kordon("stories", "why", story["id"])[1]
    assert kordon("stories", "why", "0" * 20)[0] == 1


def test_a_story_is_split_and_merged_by_command_and_who_said_so_is_listed(kordon, stocked):
    _, other = stocked
    (story,) = document(kordon, "stories", "list")
    by = ("--why", "two fires", "--who", "olena")
    parts = document(kordon, "stories", "split", story["id"], other.url, *by)
    assert sorted(part["copies"] for part in parts) == [1, 1]
    (whole,) = document(kordon, "stories", "merge", *(part["id"] for part in parts), *by)
    assert whole["copies"] == 2
    (shown,) = document(kordon, "stories", "pin", other.url, *by)
    assert shown["url"] == other.url
    document(kordon, "stories", "unpin", other.url, *by)
    rulings = document(kordon, "stories", "rulings")
    assert {(r["kind"], r["who"], r["why"]) for r in rulings} == {
        ("together", "olena", "two fires"), ("unpinned", "olena", "two fires"),
    }  # fmt: skip


VERBS = {
    "split": ("ID", "URL"),
    "merge": ("ID", "OTHER"),
    "never-merge": ("ID", "OTHER"),
    "pin": ("URL",),
    "unpin": ("URL",),
    "take-back": ("RULING",),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_asks_for_a_reason_before_anything_is_opened(verb):
    asked = CliRunner().invoke(app, ["stories", verb, *VERBS[verb]])
    assert (asked.exit_code, "Missing option '--why'" in asked.stderr) == (2, True)
    told = CliRunner().invoke(app, ["stories", verb, "--help"]).stdout
    assert "[required]" in next(line for line in told.splitlines() if "--why" in line)


def test_a_reason_of_nothing_is_refused(kordon, stocked):
    with pytest.raises(ConfigError, match="no reason"):
        kordon("stories", "pin", stocked[0].url, "--why", " ")


def test_rulings_are_listed_by_the_verb_that_made_them_and_taken_back_by_its_id(kordon, stocked):
    (story,) = document(kordon, "stories", "list")
    by = ("--why", "two fires", "--who", "olena")
    parts = document(kordon, "stories", "split", story["id"], stocked[1].url, *by)
    assert len(parts) == 2
    (made,) = document(kordon, "stories", "rulings")
    assert (made["kind"], len(made["articles"]), len(made["pairs"])) == ("apart", 2, 1)
    told = kordon("stories", "rulings")[1]
    assert made["id"] in told
    assert stocked[1].url in told
    assert made["urls"] == {one.id: one.url for one in stocked}
    said = f"{stocked[1].url} apart {stocked[0].url}, by olena"
    assert said in " ".join(kordon("explain", *(one.url for one in stocked))[1].split())
    back = ("--why", "one fire", "--who", "ivan")
    (whole,) = document(kordon, "stories", "take-back", made["id"], *back)
    assert whole["copies"] == 2
    (left,) = document(kordon, "stories", "rulings")
    assert (left["kind"], left["who"], left["why"]) == ("withdrawn", "ivan", "one fire")
    code, said = kordon("stories", "take-back", left["id"], *back)
    assert (code, "It was so already" in said) == (0, True)
    with pytest.raises(ConfigError, match="no ruling 0 is known; `kordon stories rulings`"):
        kordon("stories", "take-back", "0", *back)


def test_a_word_that_says_what_is_so_already_changes_nothing_and_says_so(kordon, stocked):
    by = ("--why", "it is clearer")
    assert "Recorded" in kordon("stories", "pin", stocked[1].url, *by)[1]
    before = document(kordon, "stories", "list"), document(kordon, "stories", "rulings")
    code, said = kordon("stories", "pin", stocked[1].url, *by)
    assert (code, "It was so already" in said) == (0, True)
    assert (document(kordon, "stories", "list"), document(kordon, "stories", "rulings")) == before


# --- topics that are not active ----------------------------------------------------------------


@pytest.fixture
def elsewhere(kordon):
    """An article of a topic that is not collected any more."""
    (one,) = copies(1)

    async def place():
        async with opened() as wired:
            await wired.stories.place(TopicId("everything"), one, decide)

    asyncio.run(place())
    return one


@pytest.mark.parametrize("words", [("articles", "show"), ("stories", "show"), ("stories", "list")])
def test_what_another_topic_holds_is_told_where_nothing_is_found(told, elsewhere, words):
    _, said = told(*words, *([elsewhere.id] if words[1] == "show" else []))
    assert "in ukraine-border" in said
    assert "1 story of the topic everything is kept: --topic everything" in said


def test_an_article_of_a_topic_that_is_named_is_shown(kordon, elsewhere):
    (shown,) = document(kordon, "articles", "show", elsewhere.id, "--topic", "everything")
    assert shown["topic"] == "everything"


def test_where_no_topic_holds_anything_none_is_named(told):
    code, said = told("stories", "list")
    assert code == 0
    assert "No stories yet in ukraine-border: kordon run collects them." in said
    assert "--topic" not in said
