"""Is an article's text found, whole and alone, whatever its page is made of?"""

import json
from html import escape

import pytest

from crawler.extract.article import LONGEST_TEXT, main_text
from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata
from crawler.text.credit import credits_of

TITLE = "The ferry at Eastmoor stops for low water"
TEXT = """\
The ferry at Eastmoor stopped on Tuesday morning because the river is lower than ever in a year.
The depth at the landing stage is under a metre and a half, said the keeper of the line at noon.
Cars are still carried, one trip in two hours, and travellers are asked to book a place for it.
A dredger left the harbour in the south on Monday and should clear the channel within a week.
""".splitlines()
PARAGRAPHS = "".join(f"<p>{one}</p>" for one in TEXT)


def lines(body, head=""):
    page = f"<html><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    tree = parse(page.encode())
    return main_text(tree, read_metadata(tree, "https://outlet.example/1")).splitlines()


@pytest.mark.parametrize(
    "between", ["<br><br>", "<br />\n<br />\n", "<br>&nbsp;<br>", "<br><br><br>"]
)
def test_paragraphs_that_line_breaks_part_are_lines(between):
    text = between.join([TEXT[0], "Read also: the bridge", *TEXT[1:], "Source: Reuters"])
    found = lines(f"<h1>{TITLE}</h1><div>{text}</div>")
    assert found == [*TEXT, "Source: Reuters"]
    assert credits_of("\n".join(found)) == ("Reuters",)


@pytest.mark.parametrize("body", ["\n\n".join(TEXT), PARAGRAPHS, escape(PARAGRAPHS)])
@pytest.mark.parametrize("shown", ["", f"<p>{TEXT[0]}</p>"])
def test_a_text_in_structured_data_is_lines_without_markup(body, shown):
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": f"{body}\n" * 3}
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    assert lines(f"<h1>{TITLE}</h1><div>{shown}</div>", script)[:4] == TEXT


def test_what_goes_on_for_ever_is_cut():
    told = [f"{TEXT[0]} {number}." for number in range(2 * LONGEST_TEXT // len(TEXT[0]))]
    found = "\n".join(lines(f"<h1>{TITLE}</h1>" + "".join(f"<p>{one}</p>" for one in told)))
    assert LONGEST_TEXT - 2 <= len(found) <= LONGEST_TEXT
    assert "\n".join(told).startswith(found)


def test_one_line_break_ends_no_paragraph():
    text = TEXT[0].replace(" because", "<br>\n because")
    assert lines(f"<h1>{TITLE}</h1><p>{text}</p>{PARAGRAPHS}")[0] == TEXT[0]


@pytest.mark.parametrize(
    "source",
    ["Джерело: Укрінформ", "Quelle: dpa", "Kaynak: Anadolu", "Źródło: PAP", "Източник: БТА"],
)
def test_a_source_below_the_last_sentence_stays(source):
    page = f"<h1>{TITLE}</h1><div>{PARAGRAPHS}<p>Tags</p><p><em>{source}</em></p></div>"
    assert lines(page) == [*TEXT, source]
    assert credits_of("\n".join(lines(page))) == (source.partition(": ")[2],)


@pytest.mark.parametrize(
    "date",
    ["24 ноември 2026, 10:40 ч.", "2026. november 24., kedd, 8:20", "Tuesday, 24 November 2026."],
)
def test_a_date_above_the_text_is_none_of_it(date):
    assert lines(f"<h1>{TITLE}</h1><p>{date}</p>{PARAGRAPHS}") == TEXT
    chronicle = f"{PARAGRAPHS}<p>{date}</p><p>{TEXT[1]} Again.</p>"
    assert date in lines(f"<h1>{TITLE}</h1><div>{chronicle}</div>")


TITLES = (
    "Council approves the plan for a new footbridge over the river Wend in the spring",
    "Rail fares are to rise again in the new year",
    "A storm leaves two thousand homes without power",
)
LINKED = "".join(f"<li><a href='/{at}'>{one}</a></li>" for at, one in enumerate(TITLES * 4))
BARE = "".join(f"<div><span>{one}</span></div>" for one in TITLES * 4)
MENU = f"<div class='top'><ul>{LINKED}</ul><ul><li>Home</li><li>News</li><li>Sport</li></ul></div>"


@pytest.mark.parametrize("others", [LINKED, BARE])
@pytest.mark.parametrize("told", ["", "<span>24 November 2026</span>", "<p>1/12</p><p>2/12</p>"])
def test_a_page_of_pictures_has_no_text_in_its_menus(others, told):
    assert lines(f"{MENU}<h1>{TITLE}</h1>{told}<video></video><div>{others}</div>") == []


def test_of_a_video_page_what_is_said_of_it_is_the_text():
    said = "<div class='info'>" + TEXT[0] + "</div>"
    assert lines(f"{MENU}<h1>{TITLE}</h1><video></video>{said}<div>{BARE}</div>") == [TEXT[0]]


def test_of_a_gallery_the_captions_are_the_text():
    shown = "".join(f"<figure><img><figcaption>{one}</figcaption></figure>" for one in TEXT)
    assert lines(f"{MENU}<h1>{TITLE}</h1><div>{shown}</div><div>{BARE}</div>") == TEXT
    assert lines(f"{MENU}<h1>{TITLE}</h1><p>{TEXT[0]}</p><div>{shown}</div>")[0] == TEXT[0]


def test_captions_among_paragraphs_are_none_of_the_text():
    figure = f"<figure><img><figcaption>{TITLES[2]}.</figcaption></figure>"
    assert lines(f"<h1>{TITLE}</h1>{PARAGRAPHS}{figure}<p>{TEXT[0]} So it is.</p>") == [
        *TEXT, f"{TEXT[0]} So it is.",
    ]  # fmt: skip


ANSWERS = "".join(f"<div><b>user {at}</b><div><p>{one} I was there.</p></div></div>" for at, one in
                  enumerate([*TITLES, *TEXT] * 3))  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    [
        "Comments (24)",
        "24 коментарі",
        "Komentarze",
        "Diskusia",
        "Всего комментариев: 3",
        "Yorumlar",
    ],
)
@pytest.mark.parametrize("tag", ["h3", "div", "span"])
def test_what_is_headed_comments_is_none_of_the_text(heading, tag):
    answers = f"<div class='x'><{tag}>{heading}</{tag}>{ANSWERS}</div>"
    assert lines(f"<h1>{TITLE}</h1><div>{PARAGRAPHS}</div>{answers}") == TEXT
    label = f"<div><a href='#c'>{heading}</a></div>"
    assert lines(f"<h1>{TITLE}</h1>{label}<div>{PARAGRAPHS}</div>{answers}") == TEXT


def test_a_sentence_about_comments_ends_nothing():
    told = f"<p>{TEXT[0]}</p><p>Comments</p>{PARAGRAPHS}<p>Comments were not to be had.</p>"
    assert lines(f"<h1>{TITLE}</h1><div>{told}</div>")[-2:] == [
        TEXT[-1], "Comments were not to be had.",
    ]  # fmt: skip


@pytest.mark.parametrize("tag", ["article", "div", "section"])
def test_the_next_article_of_an_endless_page_is_another(tag):
    def article(heading, title, text):
        time = "<time datetime='2026-11-10T10:00Z'>today</time>"
        head = f"<div><{heading}>{title}</{heading}>{time}</div>"
        return f"<{tag} class='full'>{head}<div>{text}</div></{tag}>"

    others = "".join(article("h2", one, f"<p>{TEXT[0]} So it was.</p>" * 6) for one in TITLES)
    assert lines(f"<div>{article('h1', TITLE, PARAGRAPHS)}{others}</div>") == TEXT


def test_updates_below_a_title_of_their_own_are_all_of_a_live_page():
    updates = "".join(
        f"<div class='update'><time datetime='2026-11-10T1{at}:00Z'></time><p>{one}</p></div>"
        for at, one in enumerate(TEXT)
    )
    assert lines(f"<main><h1>{TITLE}</h1><div>{updates}</div></main>") == TEXT


@pytest.mark.parametrize(
    "heading", ["Останні новини", "Polecane", "More stories", "İlgili haberler"]
)
def test_teasers_below_a_heading_for_other_news_are_none_of_the_text(heading):
    teasers = "".join(f"<div><b>{one}</b><p>{one}, and so on.</p></div>" for one in TITLES)
    page = f"<div><h1>{TITLE}</h1>{PARAGRAPHS}</div><div><h4>{heading}</h4>{teasers}</div>"
    assert lines(f"<div>{page}</div>") == TEXT


def test_teasers_that_are_links_as_a_whole_are_none_of_the_text():
    teaser = (
        "The harbour master said on Monday that the dredger is late, and that nobody knows why. "
    )
    cards = "".join(
        f"<li><a href='/{at}'><div><p>CHANNEL {at}: {teaser * 3}</p></div></a></li>"
        for at in range(4)
    )
    page = f"<div><h1>{TITLE}</h1>{PARAGRAPHS}</div><div class='more'><ul>{cards}</ul></div>"
    assert lines(f"<div class='archive'>{page}</div>") == TEXT


@pytest.mark.parametrize(
    "hint",
    [
        "<span style='display:none'>{}</span>",
        "<span style='border:0;clip:rect(0 0 0 0);height:1px;position:absolute'>{}</span>",
        "<a href='/x'><span class='visually-hidden'>{}</span></a>",
        "<a href='/x'><i class='icon'></i><span class='srOnly sr-only'>{}</span></a>",
    ],
)
def test_hints_for_screen_readers_within_a_line_are_none_of_the_text(hint):
    page = PARAGRAPHS.replace(" at noon", hint.format(", opens new tab") + " at noon")
    assert lines(f"<h1>{TITLE}</h1><div>{page}</div>") == TEXT


def test_the_rest_of_a_text_that_a_click_unfolds_stays():
    rest = "".join(f"<span style='display:none'>{one}</span><br><br>" for one in TEXT[2:])
    page = "<br><br>".join(TEXT[:2])
    assert lines(f"<h1>{TITLE}</h1><div>{page}<br><br>{rest}</div>") == TEXT


def test_what_a_line_says_to_screen_readers_outside_links_stays():
    page = PARAGRAPHS.replace("Cars", "<span class='sr-only'>Cars</span>")
    assert lines(f"<h1>{TITLE}</h1><div>{page}</div>") == TEXT


BODY = TEXT * 2
WORDS = [{"type": "text", "text": one} for one in BODY]
CREDIT = {
    "type": "image",
    "caption": "The ferry at its landing stage in the morning. Photo: Ann Lee",
}


@pytest.mark.parametrize(
    "body",
    [
        {"body": PARAGRAPHS * 2},
        {"articleBody": "\n\n".join(BODY), "description": TEXT[0]},
        {"content": {"rendered": PARAGRAPHS * 2}},
        {"content": [{"type": "paragraph", "content": [word]} for word in WORDS] + [CREDIT]},
        {"blocks": [{"type": "paragraph", "data": {"text": one}} for one in BODY]},
        {"content_elements": [{"type": "text", "content": f"<p>{one}</p>"} for one in BODY]},
    ],
)
@pytest.mark.parametrize(
    "script",
    [
        '<script id="__NEXT_DATA__" type="application/json">%s</script>',
        "<script>window.a = window.a || {}; window.__INITIAL_STATE__ = %s;</script>",
    ],
)
def test_a_text_that_scripts_would_show_is_read_from_their_data(body, script):
    data = {"props": {"menu": ["News", "Sport"], "article": {"title": TITLE, **body}}}
    assert lines('<div id="root"></div>' + script % json.dumps(data)) == TEXT


def test_data_in_a_string_of_data_is_read():
    data = json.dumps(json.dumps({"article": {"headline": TITLE, "body": PARAGRAPHS * 2}}))
    assert lines(f"<script>window.STATE = JSON.parse({data})</script>") == TEXT


def flat(value):
    """Return a value as Nuxt 3 writes it: each part at a place of its own."""
    values = [("ShallowReactive", 1)]

    def place(one):
        values.append(one)
        at = len(values) - 1
        if isinstance(one, dict):
            values[at] = {name: place(inner) for name, inner in one.items()}
        elif isinstance(one, list):
            values[at] = [place(inner) for inner in one]
        return at

    place(value)
    return json.dumps(values)


@pytest.mark.parametrize("body", [{"body": PARAGRAPHS * 2}, {"content": TEXT}])
def test_values_that_refer_to_one_another_are_read(body):
    data = flat({"data": {"page": {"id": 7, "title": TITLE, **body}}, "once": [None, -0.5]})
    script = f'<script type="application/json" id="__NUXT_DATA__">{data}</script>'
    assert lines('<div id="__nuxt"></div>' + script) == TEXT


PROGRAMS = {
    "a literal": "{layout:%(layout)s,data:[{article:{title:%(title)s,id:.5,body:%(body)s}}]}",
    "a function": (
        "(function(a,b,c){return {data:[{article:{title:a,body:b,video:c,date:new Date(0)}}],"
        'state:{last:a,"is-open":true,none:void 0,seen:new Map([["x",c]])}}}'
        "(%(title)s,%(body)s,null))"
    ),
    "what occurs twice": (
        '(function(a,b,c){a.title=%(title)s;a["body"]=b;a.self=a;b[0]=%(body)s;c.add("x");'
        "return {layout:%(layout)s,data:[{article:a}],state:{article:a}}}({},Array(1),new Set([])))"
    ),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_data_that_is_a_program_is_read(program):
    said = {"layout": "default", "title": TITLE, "body": PARAGRAPHS * 2}
    script = program % {name: json.dumps(value) for name, value in said.items()}
    page = f'<div id="__nuxt"></div><script>window.__NUXT__={script};</script>'
    assert lines(page) == TEXT


@pytest.mark.parametrize(
    "script",
    [
        "window.__NUXT__={}; window.__NUXT__.config={public:{}}",
        "window.__NUXT__=(function(a){a.b=a;return a}({}))" + " " * 250,
        'window.__NUXT__={a:"' + '\\"' * 300_000,
        "window.__NUXT__=" + "[{a:" * 100_000,
        "window.__NUXT__=" + "{a:" * 100_000,
        "window.__NUXT__=(function(a,b){return" + "(" * 100_000,
    ],
    ids=["nothing", "itself", "a string without end", "a list", "too deep", "brackets"],
)
def test_a_program_that_cannot_be_told_gives_no_text(script):
    assert lines(f"<script>{script}</script>") == []


def test_values_that_refer_in_circles_end():
    knot = [{"title": 1, **{f"a{n}": n for n in range(2, 60)}}, TITLE]
    knot += [{f"b{n}": n for n in range(60)} for _ in range(2, 60)]
    script = f'<script type="application/json" id="__NUXT_DATA__">{json.dumps(knot)}</script>'
    assert lines(script) == []


def test_the_parts_of_a_paragraph_are_one_line():
    parts = [{"text": TEXT[0][:20]}, {"text": TEXT[0][20:40]}, {"text": TEXT[0][40:]}]
    rest = [{"type": "paragraph", "children": [{"text": one}]} for one in TEXT[1:]]
    data = {"title": TITLE, "body": [{"type": "paragraph", "children": parts}, *rest]}
    assert lines(f'<script type="application/json">{json.dumps(data)}</script>') == TEXT


@pytest.mark.parametrize(
    "data",
    [
        {"title": "Another piece of news", "body": PARAGRAPHS * 2},
        {"title": TITLE, "body": TEXT[0]},
        {"title": TITLE, "related": [{"title": "Another piece", "body": PARAGRAPHS * 2}]},
        {"title": TITLE, "items": [{"title": "Another", "url": "/2", "body": PARAGRAPHS * 2}]},
        {"title": TITLE, "tracking": PARAGRAPHS * 2},
        [[[TITLE, PARAGRAPHS]]],
        {"title": TITLE, "body": json.loads('{"body":' * 300 + "0" + "}" * 300)},
        None,
    ],
)
def test_what_a_pages_data_tells_beside_its_article_is_no_text(data):
    assert lines(f'<script type="application/json">{json.dumps(data)}</script>') == []


@pytest.mark.parametrize("broken", ['{"title": "', "[" * 100_000, '="' * 1_000, "={" * 1_000])
def test_data_that_cannot_be_read_is_no_text(broken):
    assert (
        lines(f"<script>a = {broken}</script><script type='application/json'>{broken}</script>")
        == []
    )


def _nested(depth: int) -> dict:
    return {"title": TITLE, "body": _nested(depth - 1) if depth else "x. " * 200_000}


@pytest.mark.timeout(60)  # each began anew at each brace, or at each object, for minutes
@pytest.mark.parametrize(
    "script",
    [
        "<script>" + 'a={"a":[' * 200_000 + "</script>",
        '<script type="application/json">' + json.dumps([_nested(39)] * 5) + "</script>",
    ],
)
def test_data_made_to_be_read_for_ever_is_read_in_time(script):
    assert len(lines(script)) <= 1


def test_a_shown_text_is_the_text_whatever_the_data_holds():
    data = {"title": TITLE, "body": PARAGRAPHS.replace("ferry", "bridge") * 9}
    script = f'<script type="application/json">{json.dumps(data)}</script>'
    assert lines(f"<h1>{TITLE}</h1>{PARAGRAPHS}", script) == TEXT


def test_a_text_in_data_that_must_be_paid_for_is_not_read():
    node = {"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": False}
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    data = json.dumps({"title": TITLE, "body": PARAGRAPHS * 2})
    assert lines(f'<script type="application/json">{data}</script>', head) == []
