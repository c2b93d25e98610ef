"""Who may see and do what on the page: signing in, texts, verbs and taking them back."""

from itertools import product

import pytest
from lxml import html
from page_views import AS_PERSON, furnished, seen, story_path, texts
from served import TOPIC, another

from crawler.access import Role
from crawler.model import RulingKind
from crawler.serve.page.visitor import COOKIE, mark_of


async def test_from_elsewhere_the_page_asks_to_sign_in(stand):
    async with stand.client(peer="10.0.0.7", host="news.example") as client:
        client.headers.update(AS_PERSON)
        tree = await seen(client, "/?window=7d", 401)
        assert tree.cssselect("input[name=back]")[0].get("value") == "/?window=7d"
        client.cookies.set(COOKIE, stand.tokens[Role.READER])
        await seen(client, "/?window=7d")


async def test_signing_in_keeps_the_token_where_scripts_cannot_read_it(stand, page):
    token = stand.tokens[Role.OPERATOR]
    answer = await page.post("/sign-in", data={"token": f" {token} ", "back": "/search?q=x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=x")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert texts(await seen(page, "/"), ".who span") == ["operator"]
    await page.post("/sign-out", data={"back": "/"})
    assert not (await seen(page, "/")).cssselect(".who span")


async def test_a_wrong_token_is_refused_with_a_word(page):
    answer = await page.post("/sign-in", data={"token": "kordon_aaaaaaaa_bb"})
    assert answer.status_code == 401
    assert texts(html.document_fromstring(answer.text), "#refused")[0].startswith("No valid token")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
async def test_signing_in_leads_nowhere_else(stand, page, back):
    answer = await page.post("/sign-in", data={"token": stand.tokens[Role.READER], "back": back})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("outlet", "reader_sees", "whole"), [("town", True, False), ("state", False, False),
                                         ("open", True, True)],
)  # fmt: skip
async def test_texts_are_shown_as_outlets_allow_and_whole_to_operators(
    stand, page, operator, outlet, reader_sees, whole
):
    (story,) = await stand.place(another("word", outlet=outlet))
    text = " ".join(texts(await seen(page, story_path(story)), ".text"))
    assert ("word3 " in text, "word59" in text) == (reader_sees, whole)
    assert "word59" in " ".join(texts(await seen(operator, story_path(story)), ".text"))


VERBS = ("split", "merge", "never-merge", "pin", "undo", "forget")


@pytest.mark.parametrize(
    ("verb", "who"), list(product(VERBS, ["nobody", "reader", "foreign", "unmarked"]))
)
async def test_verbs_are_an_operators_alone_and_from_our_page_alone(stand, verb, who):
    story, _ = await furnished(stand)
    before = await stand.service.stories.newest(TOPIC, 10)
    token = stand.tokens[Role.READER if who == "reader" else Role.OPERATOR]
    form = {"why": "x", "mark": "" if who == "unmarked" else mark_of(token)}
    headers = {"Origin": "https://evil.example"} if who == "foreign" else {}
    async with stand.client() as client:
        if who != "nobody":
            client.cookies.set(COOKIE, token)
        answer = await client.post(f"{story_path(story)}/{verb}", data=form, headers=headers)
    assert answer.status_code == (401 if who == "nobody" else 403)
    assert await stand.service.stories.newest(TOPIC, 10) == before


async def test_a_form_of_another_site_is_refused_by_what_the_browser_says(stand, operator):
    story, _ = await furnished(stand)
    form = {"why": "x", "mark": mark_of(stand.tokens[Role.OPERATOR])}
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await operator.post(f"{story_path(story)}/pin", data=form, headers=headers)
    assert answer.status_code == 403


async def sent(stand, operator, story, verb, **fields):
    """Send a verb's form; return the view it leads to."""
    form = {"why": "two queues", "mark": mark_of(stand.tokens[Role.OPERATOR])} | fields
    answer = await operator.post(f"{story_path(story)}/{verb}", data=form)
    assert answer.status_code == 303, answer.text[:2_000]
    await stand.index()
    return await seen(operator, answer.headers["location"])


async def undone(stand, operator, tree):
    """Take back the newest decision that a view lists."""
    form = tree.cssselect("form[action$='/undo']")[0]
    fields = {one.get("name"): one.get("value") for one in form.cssselect("input")}
    answer = await operator.post(form.get("action"), data=fields)
    assert answer.status_code == 303, answer.text[:2_000]
    await stand.index()
    return await seen(operator, answer.headers["location"])


async def sizes(stand):
    stories = await stand.service.stories.newest(TOPIC, 10)
    return sorted(len(story.members) for story in stories)


async def test_a_split_can_be_undone_from_the_view(stand, operator):
    story, _ = await furnished(stand)
    tree = await seen(operator, story_path(story))
    chosen = tree.cssselect(".carriers input")[1].get("value")
    tree = await sent(stand, operator, story, "split", article=chosen)
    assert await sizes(stand) == [1, 1, 1]
    await undone(stand, operator, tree)
    assert await sizes(stand) == [1, 2]


@pytest.mark.parametrize("after", ["?with=x#compare", "#main", "/"])
async def test_a_merge_can_be_undone_from_the_view(stand, operator, after):
    story, other = await furnished(stand)
    address = f"http://localhost{story_path(other)}{after}"
    tree = await sent(stand, operator, story, "merge", other=address)
    assert await sizes(stand) == [3]
    await undone(stand, operator, tree)
    assert await sizes(stand) == [1, 2]


async def test_never_merge_is_kept_and_can_be_undone(stand, operator):
    story, other = await furnished(stand)
    tree = await sent(stand, operator, story, "never-merge", other=other)
    kinds = {one.kind for one in await stand.service.rulings.rulings(TOPIC)}
    assert kinds == {RulingKind.APART}
    tree = await undone(stand, operator, tree)
    assert not tree.cssselect("form[action$='/undo']")


async def test_a_pin_changes_what_is_shown_and_can_be_undone(stand, operator):
    story, _ = await furnished(stand)
    chosen = (await seen(operator, story_path(story))).cssselect(".carriers input")[1].get("value")
    tree = await sent(stand, operator, story, "pin", article=chosen)
    assert texts(tree, "h1") == ["A copy of it"]
    tree = await undone(stand, operator, tree)
    assert not tree.cssselect("form[action$='/undo']")


async def test_a_forgotten_article_is_gone_from_the_view(stand, operator):
    story, other = await furnished(stand)
    chosen = (await seen(operator, story_path(story))).cssselect(".carriers input")[1].get("value")
    tree = await sent(stand, operator, story, "forget", article=chosen)
    assert len(tree.cssselect(".carriers > li")) == 1
    alone = (await seen(operator, story_path(other))).cssselect(".carriers input")[0].get("value")
    tree = await sent(stand, operator, other, "forget", article=alone)
    assert texts(tree, "h1") == ["Border now"]


@pytest.mark.parametrize(
    ("verb", "fields"),
    [("split", {}), ("split", {"why": ""}), ("merge", {"other": "nonsense"}), ("merge", {}),
     ("pin", {}), ("pin", {"article": "0" * 20}), ("undo", {"at": "yesterday"}), ("forget", {})],
)  # fmt: skip
async def test_a_verb_that_cannot_be_done_says_why(stand, operator, verb, fields):
    story, _ = await furnished(stand)
    form = {"why": "x", "mark": mark_of(stand.tokens[Role.OPERATOR])} | fields
    answer = await operator.post(f"{story_path(story)}/{verb}", data=form)
    assert answer.status_code == 422, answer.text[:2_000]
    assert texts(html.document_fromstring(answer.text), "#refused")[0]
    assert await sizes(stand) == [1, 2]


@pytest.mark.parametrize(
    ("verb", "fields", "words"),
    [("split", {}, "не всі"), ("split", {"why": ""}, "вкажіть, чому"),
     ("merge", {"other": "nonsense"}, "такою адресою немає"), ("pin", {}, "одну статтю"),
     ("pin", {"article": "0" * 20}, "вже невідома"), ("never-merge", {"other": "itself"}, "один"),
     ("undo", {"at": "yesterday"}, "прочитати"),
     ("undo", {"at": "2026-11-22T12:00:00+00:00", "who": "olena"}, "вже скасовано")],
)  # fmt: skip
async def test_a_verb_that_cannot_be_done_says_why_in_the_language_of_the_page(
    stand, operator, verb, fields, words
):
    story, _ = await furnished(stand)
    operator.cookies.set("lang", "uk")
    fields = {name: story if value == "itself" else value for name, value in fields.items()}
    status = 404 if "who" in fields else 422
    tree = await refused(stand, operator, f"{story_path(story)}/{verb}", status, **fields)
    (told,) = tree.cssselect("#refused span")
    assert words in told.text
    assert told.get("lang") == "uk"


@pytest.mark.parametrize(
    ("path", "fields", "status", "words"),
    [("/crawl/retry", {}, 422, "Виберіть"), ("/feeds/none/pause", {}, 404, "Стрічки"),
     ("/crawl/retry", {"mark": ""}, 403, "сеансу"), ("/?topic=none", None, 404, "Теми none"),
     (f"{story_path('0' * 20)}", None, 404, "Сюжету"), ("/outlets/none", None, 404, "Видання")],
)  # fmt: skip
async def test_what_is_refused_is_told_in_the_language_of_the_page(
    stand, operator, path, fields, status, words
):
    operator.cookies.set("lang", "uk")
    if fields is None:
        tree = await seen(operator, path, status)
    else:
        tree = await refused(stand, operator, path, status, **fields)
    (told,) = tree.cssselect(".failure .hint")
    assert words in told.text
    assert told.get("lang") == "uk"


async def test_a_refused_verb_shows_the_story_and_what_was_typed(stand, operator):
    story, other = await furnished(stand)
    boxes = (await seen(operator, story_path(story))).cssselect(".carriers input")
    chosen = [box.get("value") for box in boxes]
    form = {"why": 'a "newer" text', "other": other, "article": chosen}
    tree = await refused(stand, operator, f"{story_path(story)}/pin", **form)
    assert texts(tree, "h1") == ["Border queue grows"]
    assert texts(tree, "#refused") == ["Not done: choose one article."]
    assert tree.cssselect("input[name=why]")[0].get("value") == 'a "newer" text'
    assert tree.cssselect("input[name=other]")[0].get("value") == other
    assert len(tree.cssselect(".carriers input[checked]")) == 2
    for link in tree.cssselect(".foot a, .carriers a[href*='with=']"):
        assert link.get("href").startswith(f"{story_path(story)}?")


async def test_what_was_taken_back_already_is_told_on_the_story(stand, operator):
    story, _ = await furnished(stand)
    form = {"at": "2026-11-22T12:00:00+00:00", "who": "olena", "why": "once"}
    tree = await refused(stand, operator, f"{story_path(story)}/undo", 404, **form)
    assert texts(tree, "#refused")[0].startswith("Not done: this was taken back already")
    assert not tree.cssselect("input[name=why]")[0].get("value")


async def test_a_refused_verb_of_a_story_that_went_meanwhile_is_a_plain_page(stand, operator):
    tree = await refused(stand, operator, f"{story_path('0' * 20)}/pin")
    assert texts(tree, "h1") == ["This cannot be understood"]


async def refused(stand, operator, path, status=422, **fields):
    """Send a verb's form that cannot be done; return the view that says so."""
    form = {"why": "x", "mark": mark_of(stand.tokens[Role.OPERATOR])} | fields
    answer = await operator.post(path, data=form)
    assert answer.status_code == status, answer.text[:2_000]
    return html.document_fromstring(answer.text)
