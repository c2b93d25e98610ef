"""`kordon evaluate extraction|relevance|language`: how well pages are read, on labelled data."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, TextIO

import typer

from crawler.catalog.topics import topic
from crawler.cli.console import Json, print_json, print_table, say
from crawler.cli.session import settings_of_kordon, why_of
from crawler.config import Config
from crawler.desk import desk_of
from crawler.errors import ConfigError
from crawler.evaluate.extraction import Match, PageScore, Reading, Report, as_row, evaluate, report
from crawler.evaluate.gold import Layout, read_gold
from crawler.evaluate.headlines import read_headlines
from crawler.evaluate.relevance import Judged, Tally, judge_headlines, tallies, tell_languages
from crawler.model import TopicId

app = typer.Typer(
    help="Measure quality on labelled data: dedup, extraction, relevance, language.",
    no_args_is_help=True,
)

Errors = Annotated[int, typer.Option(min=0, help="Show so many of the worst.")]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A headline that was judged otherwise than it is labelled."""

    id: str
    verdict: str  # "taken", "missed"
    score: float
    headline: str


@app.command("extraction")
def extraction(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Labelled pages.")],
    layout: Annotated[
        Layout, typer.Option("--format", help="pages: gold.jsonl; aeb: ground-truth.json.")
    ] = Layout.PAGES,
    out: Annotated[Path | None, typer.Option(help="Write what was read, page by page.")] = None,
    errors: Errors = 0,
    as_json: Json = False,
) -> None:
    """Compare text, title, time and authors with what stands on labelled pages."""
    read = evaluate(read_gold(folder, layout))
    if not read:
        raise ConfigError(f"{folder} holds no pages", "name another folder")
    if out is not None:
        _write_readings(out, read)
    scores = [scored for scored, _ in read]
    worst = sorted(scores, key=lambda scored: scored.body.f1)[:errors]
    if as_json:
        print_json(asdict(report(scores)) | ({"errors": worst} if errors else {}))
        return
    _show_report(report(scores))
    _show_worst(worst)


@app.command("relevance")
def relevance(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labelled CSV or JSON lines.")],
    name: Annotated[str, typer.Option("--topic", help="The topic to judge by.")] = "ukraine-border",
    out: Annotated[
        Path | None, typer.Option(help="Write headline_id, predicted and score of each.")
    ] = None,
    errors: Errors = 0,
    as_json: Json = False,
) -> None:
    """Compare a topic's verdicts with labels."""
    own = _own_topics()
    desk = desk_of((topic(name, own).id,), own=own)
    languages = desk.languages
    judged = judge_headlines(read_headlines(file), desk.matchers[0], desk.finder, languages)
    if not any(one.headline.relevant is not None for one in judged) and out is None:
        raise ConfigError(f"{file} has no labelled row", "give it a column label, or --out")
    if out is not None:
        _write_verdicts(out, judged)
    mistakes = [_mistake(one) for one in judged if one.is_error][:errors]
    if as_json:
        facts = {group: _facts(tally) for group, tally in tallies(judged).items()}
        print_json(facts | ({"errors": mistakes} if errors else {}))
        return
    _show_tallies(name, tallies(judged))
    _show_mistakes(mistakes)


@app.command("language")
def language(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labelled CSV or JSON lines.")],
    name: Annotated[
        str, typer.Option("--topic", help="Choose among the languages of this topic.")
    ] = "ukraine-border",
    as_json: Json = False,
) -> None:
    """Compare the languages told from headlines alone with labels."""
    wanted = topic(TopicId(name), _own_topics())
    found = tell_languages(read_headlines(file), wanted.languages)
    if not found.of:
        raise ConfigError(f"{file} names no row's language", "give it a column language")
    if as_json:
        print_json(found)
        return
    say(f"{found.right} of {found.of} headlines")
    rows = [(pair.replace(">", " taken for "), count) for pair, count in found.confusions.items()]
    print_table("Mistaken", ("language", "times"), rows)


def _own_topics() -> Path:
    return Config.from_settings(settings_of_kordon()).own_topics


# --- files -----------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Give a file to write; one that cannot be written is the operator's to mend."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({why_of(error)})", "check --out") from error


def _write_readings(path: Path, read: Iterable[tuple[PageScore, Reading]]) -> None:
    lines = (json.dumps(as_row(*pair), ensure_ascii=False) for pair in read)
    with _opened(path) as file:
        file.writelines(f"{line}\n" for line in lines)


def _write_verdicts(path: Path, judged: Iterable[Judged]) -> None:
    with _opened(path) as file:
        table = csv.writer(file)
        table.writerow(["headline_id", "predicted", "score"])
        for one in judged:
            predicted = "relevant" if one.judgement.relevant else "irrelevant"
            table.writerow([one.headline.id, predicted, f"{one.judgement.score:.3f}"])


# --- tables ----------------------------------------------------------------------------------


def _show_report(found: Report) -> None:
    rows = [
        ("body, words", *_numbers(found.body)),
        ("body, four-word shingles", *_numbers(found.shingles)),
        *((f"body, {code}", *_numbers(match)) for code, match in found.languages.items()),
    ]
    print_table(f"{found.pages} pages", ("what", "precision", "recall", "F1"), rows)
    facts = [
        *((f"title {kind}", count) for kind, count in found.title.items()),
        *((f"published {kind}", count) for kind, count in found.published.items()),
        *((f"taken for a {kind}", count) for kind, count in found.stand_ins.items()),
        ("ms a page", f"{found.milliseconds:.1f}"),
    ]
    if found.authors_f1 is not None:
        facts.append(("authors F1", f"{found.authors_f1:.3f}"))
    print_table("Facts", ("what", "how many"), facts)


def _show_worst(worst: Sequence[PageScore]) -> None:
    rows = [
        (scored.name, *_numbers(scored.body), scored.title, scored.published) for scored in worst
    ]
    if rows:
        print_table("Worst", ("page", "precision", "recall", "F1", "title", "published"), rows)


def _show_tallies(name: str, found: dict[str, Tally]) -> None:
    rows = [
        (group, tally.found + tally.missed, tally.passed + tally.wrong, *_ratios(tally))
        for group, tally in found.items()
    ]
    columns = ("language", "relevant", "irrelevant", "precision", "recall", "F1")
    print_table(f"Topic {name}", columns, rows)


def _mistake(judged: Judged) -> Mistake:
    verdict = "taken" if judged.judgement.relevant else "missed"
    return Mistake(judged.headline.id, verdict, judged.judgement.score, judged.headline.title)


def _show_mistakes(mistakes: Sequence[Mistake]) -> None:
    rows = [(one.id, one.verdict, f"{one.score:.2f}", one.headline) for one in mistakes]
    if rows:
        print_table("Errors", ("id", "verdict", "score", "headline"), rows)


def _numbers(found: Match) -> tuple[str, str, str]:
    return f"{found.precision:.3f}", f"{found.recall:.3f}", f"{found.f1:.3f}"


def _ratios(tally: Tally) -> tuple[str, str, str]:
    return f"{tally.precision:.3f}", f"{tally.recall:.3f}", f"{tally.f1:.3f}"


def _facts(tally: Tally) -> dict[str, float]:
    return asdict(tally) | {
        "precision": tally.precision,
        "recall": tally.recall,
        "f1": tally.f1,
    }
