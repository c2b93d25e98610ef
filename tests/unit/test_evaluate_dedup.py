import asyncio
import gzip
import json
import signal
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from crawler.cli.evaluate_dedup import _told, evaluate_dedup
from crawler.dedup.rules import RULES
from crawler.errors import ConfigError
from crawler.evaluate.dedup import Figures, evaluate, swept
from crawler.evaluate.labels import Label, LabelledPair, Sample, read_pairs, read_samples
from crawler.model import Precision, Relation
from tests.newsroom import prose

WIRE, OTHER = prose("wire", 120), prose("other", 120)
SAMPLES = [
    Sample("https://one.example/wire", "one", None, "", WIRE),
    Sample("https://two.example/wire", "two", None, "", WIRE + " again"),
    Sample("https://two.example/other", "two", None, "", OTHER),
    Sample("https://one.example/half", "one", None, "", f"{WIRE[:300]} {prose('x', 80)}"),
]
PAIRS = [
    LabelledPair("https://one.example/wire", "https://two.example/wire", Label.COPY, True),
    LabelledPair("https://one.example/wire", "https://two.example/other", Label.COPY, False),
    LabelledPair("https://two.example/wire", "https://two.example/other", Label.DIFFERENT, True),
    LabelledPair("https://one.example/half", "https://one.example/wire", Label.PARTIAL, True),
    LabelledPair("https://one.example/wire", "https://three.example/gone", Label.COPY, True),
]


def write(tmp_path):
    articles, pairs = tmp_path / "articles.jsonl.gz", tmp_path / "pairs.tsv"
    rows = [
        {"url": s.url, "outlet": s.outlet, "published": None, "title": "", "text": s.text}
        for s in SAMPLES
    ]
    articles.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    lines = ["url_a\turl_b\trelation\tconfidence"]
    lines += [f"{p.one}\t{p.other}\t{p.label}\t{'sure' if p.sure else 'fair'}" for p in PAIRS]
    pairs.write_text("\n".join(lines) + "\n")
    return articles, pairs


async def test_every_labelled_pair_is_judged_though_never_nominated():
    evaluation = await evaluate(SAMPLES, PAIRS)
    assert [pair.found for pair in evaluation.pairs] == [True, False, False, False]
    assert [pair.nominated for pair in evaluation.pairs][:2] == [True, False]
    assert evaluation.missing == [PAIRS[4]]


async def test_figures_are_split_by_sureness_and_outlet():
    figures = (await evaluate(SAMPLES, PAIRS)).by_relation()
    assert figures["all"] == Figures(found=1, wrong=0, missed=1)
    assert figures["cross-outlet sure"] == Figures(found=1, wrong=0, missed=0)
    assert figures["same-outlet"] == Figures(found=0, wrong=0, missed=0)


async def test_mistakes_and_their_kinds_are_told():
    evaluation = await evaluate(SAMPLES, PAIRS)
    (mistake,) = evaluation.mistakes()
    assert mistake.labelled == PAIRS[1]
    assert evaluation.confusion()["copy"] == {"copy": 1, "unrelated": 1}


async def test_a_digest_counts_as_found_though_it_stands_apart():
    samples = [
        SAMPLES[0],
        SAMPLES[2],
        Sample("https://three.example/week", "three", None, "", f"{WIRE} {OTHER}"),
    ]
    held = LabelledPair(samples[2].url, samples[0].url, Label.EXCERPT, True)
    (pair,) = (await evaluate(samples, [held])).pairs
    assert (pair.tie.relation, pair.found, pair.same_story) == (Relation.DIGEST, True, False)


async def test_a_pair_labelled_as_a_digest_is_to_be_found_and_to_stand_apart():
    samples = [
        SAMPLES[0],
        SAMPLES[2],
        Sample("https://three.example/week", "three", None, "", f"{WIRE} {OTHER}"),
    ]
    held = LabelledPair(samples[2].url, samples[0].url, Label.DIGEST, True)
    evaluation = await evaluate(samples, [held])
    assert evaluation.mistakes() == []
    assert evaluation.by_relation()["all"] == Figures(found=1, wrong=0, missed=0)
    assert evaluation.by_story()["all"] == Figures(found=1, wrong=0, missed=0)
    assert evaluation.same_story() == Figures(found=0, wrong=0, missed=0)


async def test_a_sweep_shows_what_other_limits_give():
    evaluation = await evaluate(SAMPLES, PAIRS)
    loose = replace(RULES, held=0.2, partial=0.1, framed=0.0)
    (_, strict), (_, lax) = swept(evaluation, [RULES, loose])
    assert (strict.wrong, lax.wrong) == (0, 1)


async def test_a_sweep_gives_the_limits_that_were_in_force_the_figures_that_are_told():
    footer = prose("footer")
    samples = [
        Sample(f"https://one.example/{n}", "one", None, "", f"{prose(n, 40)} {footer}")
        for n in range(3)
    ]
    differ = LabelledPair(samples[0].url, samples[1].url, Label.DIFFERENT, True)
    evaluation = await evaluate(samples, [differ])
    ((_, shipped),) = swept(evaluation, [RULES])
    assert shipped == evaluation.by_relation()["all"] == Figures(found=0, wrong=0, missed=0)


async def test_a_pair_counts_once_however_often_it_is_labelled():
    one, other = (sample.url for sample in SAMPLES[:2])
    labelled = [
        LabelledPair(one, other, Label.COPY, True),
        LabelledPair(other, one, Label.COPY, True),
        LabelledPair(one, other, Label.DIFFERENT, True),
        LabelledPair(one, one, Label.COPY, True),
    ]
    evaluation = await evaluate(SAMPLES, labelled)
    assert evaluation.by_relation()["all"] == Figures(found=1, wrong=0, missed=0)
    assert evaluation.repeated == labelled[1:]


@pytest.mark.parametrize(
    ("figures", "f1"),
    [(Figures(0, 0, 0), 1.0), (Figures(3, 1, 0), 6 / 7), (Figures(0, 0, 2), 0.0)],
)
def test_f1_is_the_harmonic_mean(figures, f1):
    assert figures.f1 == pytest.approx(f1)
    if figures.found:
        mean = 2 / (1 / figures.precision + 1 / figures.recall)
        assert figures.f1 == pytest.approx(mean)


def test_files_are_read_as_they_are_described(tmp_path):
    articles, pairs = write(tmp_path)
    assert list(read_samples(articles)) == SAMPLES
    assert read_pairs(pairs) == PAIRS


@pytest.mark.parametrize(
    ("told", "unread"), [('"yesterday"', "yesterday"), ("null", ""), ("5", "5")]
)
def test_a_time_that_cannot_be_read_is_unknown_and_told(tmp_path, told, unread):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"url": "u", "published": {told}, "text": "t"}}\n')
    (sample,) = read_samples(path)
    assert (sample.published, sample.unread) == (None, unread)


@pytest.mark.parametrize(
    "told", ["2026-11-30T08:00:00Z", " 2026-11-30 08:00 ", "Mon, 30 Nov 2026 10:00:00 +0200"]
)
def test_times_are_read_as_iso_8601_and_as_feeds_write_them(tmp_path, told):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"url": "u", "published": told, "text": "t"}))
    (sample,) = read_samples(path)
    assert sample.published == datetime(2026, 11, 30, 8, tzinfo=UTC)


def test_a_file_may_begin_with_a_byte_order_mark_and_be_zipped_under_any_name(tmp_path):
    articles, pairs = write(tmp_path)
    plain = gzip.decompress(articles.read_bytes())
    for name, content in (("bom", b"\xef\xbb\xbf" + plain), ("zipped.jsonl", gzip.compress(plain))):
        (tmp_path / name).write_bytes(content)
        assert list(read_samples(tmp_path / name)) == SAMPLES
    pairs.write_bytes(b"\xef\xbb\xbf" + pairs.read_bytes())
    assert read_pairs(pairs) == PAIRS


def test_pairs_are_read_zipped_with_blank_lines_capitals_and_notes_of_any_length(tmp_path):
    _, pairs = write(tmp_path)
    head, *rows = pairs.read_text().splitlines()
    lines = ["", head.upper() + "\tNote", *(f"{row}\t{'n' * 200_000}" for row in rows), "\t ", ""]
    pairs.write_bytes(gzip.compress("\r\n".join(lines).encode()))
    assert [replace(pair, note="") for pair in read_pairs(pairs)] == PAIRS


def test_a_row_is_named_by_its_place_in_the_file(tmp_path):
    path = tmp_path / "p.tsv"
    path.write_text("\nurl_a\turl_b\trelation\n\n\na\tb\tsimilar\n")
    with pytest.raises(ConfigError, match="row 5"):
        read_pairs(path)


def test_what_is_no_header_is_shown_by_its_beginning(tmp_path):
    articles, _ = write(tmp_path)
    (tmp_path / "plain").write_bytes(gzip.decompress(articles.read_bytes()))
    with pytest.raises(ConfigError, match="no column url_a") as refused:
        read_pairs(tmp_path / "plain")
    assert len(str(refused.value)) < 300


ZIPPED = gzip.compress(WIRE.encode())


@pytest.mark.parametrize("read", [lambda path: list(read_samples(path)), read_pairs])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (ZIPPED[:-9], "is damaged.*pack it anew"),
        (ZIPPED[:20] + b"\xff" * 40, "is damaged.*pack it anew"),
        ("url_a".encode("utf-16"), "is not in UTF-8.*write it in UTF-8"),
    ],
    ids=["cut off", "overwritten", "of another encoding"],
)
def test_a_file_that_is_damaged_or_of_another_encoding_is_told_as_that(
    tmp_path, read, content, problem
):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        read(tmp_path / "file")


@pytest.mark.parametrize("header", ["url_a,url_b,relation", "a\tb\trelation", ""])
def test_a_missing_column_is_named(tmp_path, header):
    path = tmp_path / "p.tsv"
    path.write_text(f"{header}\nx\ty\tcopy\n")
    with pytest.raises(ConfigError, match="url_a and url_b"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("written", "precision"),
    [
        ("2026-11-30", Precision.DAY),
        ("2026-11-30T00:00:00+00:00", Precision.DAY),
        ("2026-11-30T08:00:00Z", None),
    ],
)
def test_a_date_alone_or_midnight_tells_the_day_only(tmp_path, written, precision):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"url": "u", "published": "{written}", "text": "t"}}\n')
    (sample,) = read_samples(path)
    assert sample.precision is precision


@pytest.mark.parametrize(
    "line",
    [
        "[]", "{", '{"url": "u"}', '{"text": "t"}', "3", '{"url": " ", "text": "t"}',
        pytest.param("[" * 100_000, id="deep"),
        '{"url": "u", "text": ["t"]}', '{"url": "u", "text": "t", "title": {"en": "t"}}',
    ],
)  # fmt: skip
def test_a_line_that_is_no_article_is_named(tmp_path, line):
    path = tmp_path / "a.jsonl"
    path.write_text('{"url": "u", "text": "t"}\n' + line)
    with pytest.raises(ConfigError, match="line 2") as refused:
        list(read_samples(path))
    assert "attribute" not in str(refused.value)  # Python's own words


def test_an_unknown_label_is_named(tmp_path):
    path = tmp_path / "p.tsv"
    path.write_text("url_a\turl_b\trelation\na\tb\tsimilar\n")
    with pytest.raises(ConfigError, match=r"row 2: no labelled pair: its relation is 'similar';"):
        read_pairs(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.tsv"):
        read_pairs(tmp_path / "gone.tsv")
    with pytest.raises(ConfigError, match=r"gone\.jsonl"):
        list(read_samples(tmp_path / "gone.jsonl"))


def test_half_a_surrogate_pair_is_no_character(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(r'{"url": "u\ud800", "title": "\ud83d", "text": "t\udfff"}')
    (sample,) = read_samples(path)
    assert f"{sample.url}{sample.title}{sample.text}".encode()


async def test_an_article_without_words_is_judged_too():
    samples = [Sample("a", "one", None, "", "\U0001f525 ..."), Sample("b", "two", None, "", "")]
    evaluation = await evaluate(samples, [LabelledPair("a", "b", Label.DIFFERENT, True)])
    assert [pair.tie.relation for pair in evaluation.pairs] == [Relation.UNRELATED]


@pytest.fixture
def command():
    app = typer.Typer()
    app.command()(evaluate_dedup)
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_command_prints_one_json_document(tmp_path, command):
    result = command(*write(tmp_path), "--json", "--groups", "--sweep", "--errors", 3)
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["pairs"] == 4
    assert document["by_relation"]["all"]["f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert document["groups"]["sizes"] == {"1": 2, "2": 1}
    assert document["errors"][0]["url_b"] == "https://two.example/other"
    assert {"held = 0.63", "weights.base = 2.2"} <= set(document["sweep"])


def test_where_nothing_was_to_be_found_no_figure_is_given(tmp_path, command):
    articles, pairs = write(tmp_path)
    pairs.write_text("url_a\turl_b\trelation\n")
    document = json.loads(command(articles, pairs, "--json").stdout)
    assert document["by_relation"]["all"]["f1"] is None
    assert "1.000" not in command(articles, pairs).stdout


def test_labels_that_name_no_article_are_refused(tmp_path, command):
    articles, pairs = write(tmp_path)
    pairs.write_text("url_a\turl_b\trelation\nhttp://a\thttp://b\tcopy\n")
    result = command(articles, pairs)
    assert isinstance(result.exception, ConfigError)
    assert "none of the 1 pairs" in str(result.exception)


def test_the_command_writes_tables_from_which_all_can_be_recomputed(tmp_path, command):
    result = command(*write(tmp_path), "--out", tmp_path / "out")
    assert result.exit_code == 0
    stories = (tmp_path / "out" / "stories.tsv").read_text().splitlines()
    pairs = (tmp_path / "out" / "pairs.tsv").read_text().splitlines()
    assert stories[0] == "url\tstory_id\trelation"
    assert len(stories) == 1 + len(SAMPLES)
    assert pairs[0] == (
        "url_a\turl_b\tpredicted\tjaccard\tcontainment_ab\tcontainment_ba\tnominated\tsame_story"
    )
    assert pairs[1].split("\t")[2] == "copy"
    assert pairs[1].split("\t")[-2:] == ["1", "1"]


def test_the_command_tells_a_person_of_mistakes_and_lost_labels(tmp_path, command):
    result = command(*write(tmp_path), "--groups", "--errors", 1)
    assert result.exit_code == 0
    assert "Mistake" in result.stdout
    assert "1 pair left out: an article of it is not in the file" in " ".join(result.stderr.split())
    assert "4 articles placed, 4 pairs judged" in result.stderr


def test_the_command_tells_of_what_it_read_otherwise_than_it_stands(tmp_path, command):
    articles, pairs = write(tmp_path)
    again = {"url": SAMPLES[0].url, "outlet": "one", "published": "31st", "text": OTHER}
    lines = [gzip.decompress(articles.read_bytes()).decode(), json.dumps(again)]
    articles.write_text("\n".join(lines))
    pairs.write_text(pairs.read_text() + f"{PAIRS[0].other}\t{PAIRS[0].one}\tcopy\n")
    told = " ".join(command(articles, pairs).stderr.split())
    assert "1 line with an address that came before, taken as revisions" in told
    assert "1 time cannot be read, such as '31st'" in told
    assert "1 pair left out: labelled before" in told
    document = json.loads(command(articles, pairs, "--json").stdout)
    assert (document["revisions"], document["pairs_repeated"], document["pairs"]) == (1, 1, 4)


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_placed(tmp_path, command):
    articles, pairs = write(tmp_path)
    result = command(articles, pairs, "--out", articles)
    assert isinstance(result.exception, OSError)
    assert "placed" not in result.stderr


def test_an_interrupt_ends_the_work_at_the_next_article():
    placed = []

    def samples():
        for sample in SAMPLES:
            placed.append(sample)
            if len(placed) == 1:
                signal.raise_signal(signal.SIGINT)
            yield sample

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(evaluate(samples(), PAIRS))
    assert len(placed) == 1


@pytest.mark.parametrize(("quiet", "said"), [(False, "1,000 articles placed\n2,000"), (True, "")])
def test_long_work_says_how_far_it_is(capsys, quiet, said):
    assert len(list(_told([SAMPLES[0]] * 2_500, quiet=quiet))) == 2_500
    told = capsys.readouterr()
    assert (told.out, told.err.startswith(said), bool(told.err)) == ("", True, bool(said))


def test_errors_stand_in_the_document_when_asked_for_though_there_are_none(tmp_path, command):
    articles, pairs = write(tmp_path)
    pairs.write_text(f"url_a\turl_b\trelation\n{SAMPLES[0].url}\t{SAMPLES[1].url}\tcopy\n")
    assert json.loads(command(articles, pairs, "--json", "--errors", 3).stdout)["errors"] == []
    assert "errors" not in json.loads(command(articles, pairs, "--json").stdout)
