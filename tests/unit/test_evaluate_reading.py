"""Do the measurements of reading count what they say they count?"""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from crawler.cli.evaluate_reading import app
from crawler.errors import ConfigError
from crawler.evaluate.extraction import Match, Reading, match, report, score, shingles
from crawler.evaluate.gold import GoldPage, Layout, read_gold
from crawler.evaluate.headlines import Headline, read_headlines
from crawler.evaluate.relevance import Tally, tell_languages

BODY = "The guards at the crossing counted three hundred trucks in the queue this morning. " * 4
HTML = f"<html><head><title>Queue grows</title></head><body><article><h1>Queue grows</h1><p>{BODY}</p></article></body></html>"  # noqa: E501


def a_page(**facts):
    return GoldPage(**{"name": "p", "html": HTML.encode(), "body": BODY} | facts)


def test_a_perfect_reading_scores_one_and_an_empty_one_zero():
    perfect = score(a_page(title="T"), Reading(title="T", body=BODY))
    assert perfect.body == Match(1.0, 1.0, 1.0)
    assert perfect.title == "exact"
    assert score(a_page(), Reading()).body.f1 == 0.0


def test_precision_falls_with_what_is_too_much_and_recall_with_what_is_missing():
    much = score(a_page(), Reading(body=BODY + BODY)).body
    assert (much.precision, much.recall) == (0.5, 1.0)


def test_shingles_are_runs_of_four_words_and_a_short_text_is_one():
    assert shingles("a b c d e") == Counter({("a", "b", "c", "d"): 1, ("b", "c", "d", "e"): 1})
    assert shingles("a b") == Counter({("a", "b"): 1})
    assert shingles("") == Counter()


def test_two_empty_texts_agree():
    assert match(Counter(), Counter()).f1 == 1.0


@pytest.mark.parametrize(
    ("labelled", "verdict"),
    [
        ("2026-11-10T12:00:30+02:00", "minute"),
        ("2026-11-10T18:00:00+00:00", "day"),
        ("2026-11-12T10:00:00+00:00", "wrong"),
        ("2026-11-10 12:00:00", "minute"),  # the same clock, two zones east
        ("2026-11-10 00:00:00", "minute"),  # a bare day
        ("2026-11-13 00:00:00", "wrong"),
    ],
)
def test_times_are_compared_to_the_minute_in_their_own_zone(labelled, verdict):
    found = Reading(published=datetime(2026, 11, 10, 10, 0, tzinfo=UTC))
    assert score(a_page(published=labelled), found).published == verdict


def test_facts_that_were_not_labelled_are_not_counted():
    found = report([score(a_page(), Reading(body=BODY))])
    assert (found.title, found.published, found.authors_f1) == ({}, {}, None)


def a_folder(tmp_path):
    (tmp_path / "p.html.gz").write_bytes(gzip.compress(HTML.encode()))
    row = {"file": "p.html.gz", "url": "https://a.example/1", "title": "Queue grows", "body": BODY}
    (tmp_path / "gold.jsonl").write_text(json.dumps(row), encoding="utf-8")
    return tmp_path


def a_benchmark(tmp_path):
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "x.html.gz").write_bytes(gzip.compress(HTML.encode()))
    truth = {"x": {"articleBody": BODY, "url": "https://a.example/1"}}
    (tmp_path / "ground-truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("make", "layout"), [(a_folder, "pages"), (a_benchmark, "aeb")])
def test_both_layouts_are_read_measured_and_written_out(tmp_path, make, layout):
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        app,
        ["extraction", str(make(tmp_path)), "--format", layout, "--json", "--out", str(out)],
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["body"]["f1"] == 1.0
    assert json.loads(out.read_text())["title"] == "Queue grows"


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"gold\.jsonl is missing"):
        read_gold(tmp_path, Layout.PAGES)


LABELLED = (
    "headline_id,label,language,headline\n"
    "1,relevant,en,Ukraine closes its border with Belarus\n"
    "2,not relevant,en,Wall on the Mexican border\n"
    "3,irrelevant,en,Ukraine closes its border with Hungary\n"
)


def test_verdicts_are_compared_with_labels_and_written_out(tmp_path):
    (tmp_path / "h.csv").write_text(LABELLED, encoding="utf-8")
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(
        app, ["relevance", str(tmp_path / "h.csv"), "--json", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    counted = json.loads(result.output)["all"]
    assert (counted["found"], counted["passed"], counted["wrong"]) == (1, 1, 1)
    assert out.read_text().splitlines()[0] == "headline_id,predicted,score"
    assert out.read_text().splitlines()[1].startswith("1,relevant,")


def test_errors_are_shown_on_request(tmp_path):
    (tmp_path / "h.csv").write_text(LABELLED, encoding="utf-8")
    command = ["relevance", str(tmp_path / "h.csv")]
    assert "Hungary" in CliRunner().invoke(app, [*command, "--errors", "5"]).output
    document = json.loads(CliRunner().invoke(app, [*command, "--errors", "5", "--json"]).output)
    assert [(one["id"], one["verdict"]) for one in document["errors"]] == [("3", "taken")]
    assert "errors" not in json.loads(CliRunner().invoke(app, [*command, "--json"]).output)


def test_the_worst_pages_stand_in_the_document_when_asked_for(tmp_path):
    command = ["extraction", str(a_folder(tmp_path)), "--json", "--errors", "1"]
    document = json.loads(CliRunner().invoke(app, command).output)
    assert [one["body"]["f1"] for one in document["errors"]] == [document["body"]["f1"]]


def test_labelled_articles_are_read_as_json_lines(tmp_path):
    row = {"id": "a", "title": "T", "text": "B", "language": "en", "label": "relevant"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert read_headlines(tmp_path / "a.jsonl") == [Headline("a", "T", "B", "en", True)]


def test_a_table_without_headlines_is_refused(tmp_path):
    (tmp_path / "h.csv").write_text("one,two\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no column headline"):
        read_headlines(tmp_path / "h.csv")


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        *((spelled, True) for spelled in ("relevant", "Relevant ", "1", "yes", "TRUE", "on-topic")),
        *((spelled, False) for spelled in ("irrelevant", "not relevant", "Not_Relevant", "0")),
        *((spelled, False) for spelled in ("non-relevant", "no", "false", "off topic")),
        *((spelled, None) for spelled in ("", "null", "NaN")),
    ],
)
def test_labels_are_read_however_they_are_spelled(tmp_path, spelled, meant):
    (tmp_path / "h.csv").write_text(f"headline,label\nA headline,{spelled}\n", encoding="utf-8")
    (one,) = read_headlines(tmp_path / "h.csv")
    assert (one.id, one.relevant) == ("1", meant)


def test_a_label_that_is_none_is_refused_with_its_row(tmp_path):
    (tmp_path / "h.csv").write_text("headline,label\nA,relevant\nB,perhaps\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="row 2: 'perhaps' is no label"):
        read_headlines(tmp_path / "h.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_tables_of_any_delimiter_are_read_gzipped_or_plain(tmp_path, delimiter, pack):
    rows = [("Headline_ID", "label", "language", "Headline"), ("7", "0", "pl", "Kolejka")]
    table = "\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "h.csv").write_bytes(pack(("\ufeff" + table).encode()))
    assert read_headlines(tmp_path / "h.csv") == [Headline("7", "Kolejka", "", "pl", False)]


def test_one_json_list_is_read_as_lines_are(tmp_path):
    rows = [{"headline": "T", "label": 1}, {"title": "U", "label": False}, {"title": "V"}]
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    assert [one.relevant for one in read_headlines(tmp_path / "a.json")] == [True, False, None]


def test_a_file_without_labels_or_languages_is_refused_where_they_are_needed(tmp_path):
    (tmp_path / "h.csv").write_text("headline\nA headline\n", encoding="utf-8")
    for command, lacking in (("relevance", "labelled row"), ("language", "language")):
        refused = CliRunner().invoke(app, [command, str(tmp_path / "h.csv")])
        assert isinstance(refused.exception, ConfigError)
        assert lacking in str(refused.exception)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "h.csv").write_text(LABELLED, encoding="utf-8")
    out = tmp_path / "nowhere" / "out.csv"
    refused = CliRunner().invoke(app, ["relevance", str(tmp_path / "h.csv"), "--out", str(out)])
    assert "cannot be written" in str(refused.exception)


def a_gold(folder, **facts):
    row = {"file": "p.html", "body": BODY} | facts
    (folder / "gold.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (folder / "p.html.gz").write_bytes(gzip.compress(HTML.encode()))
    return folder


def test_a_page_is_found_gzipped_or_plain_and_facts_may_be_missing(tmp_path):
    (page,) = read_gold(a_gold(tmp_path, published=None, authors="Ann Ames", title=None))
    assert page.html == HTML.encode()
    assert (page.published, page.authors, page.title) == (None, ("Ann Ames",), None)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [({"published": "yesterday"}, "yesterday"), ({"file": "q.html"}, "q.html"), ({}, "'body'")],
)
def test_a_gold_that_cannot_be_read_says_why(tmp_path, facts, problem):
    a_gold(tmp_path, **facts)
    if not facts:
        (tmp_path / "gold.jsonl").write_text('{"file": "p.html"}', encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        read_gold(tmp_path)


def test_the_benchmark_counts_precision_where_something_was_read_and_recall_where_it_stands():
    pages = [
        score(a_page(), Reading(body=BODY)),
        score(a_page(), Reading()),
        score(a_page(body=""), Reading(body=BODY)),
    ]
    found = report(pages).shingles
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_f1_is_the_harmonic_mean():
    tally = Tally(found=3, passed=5, wrong=1, missed=3)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.5, 0.6)


def test_mistaken_languages_are_counted_by_pair():
    told = tell_languages([Headline("1", "На кордоні черги", language="ru")], ("uk", "ru", "be"))
    assert (told.right, told.of, told.confusions) == (0, 1, {"ru>uk": 1})
