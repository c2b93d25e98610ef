"""`kordon evaluate dedup`: how well duplicates are recognised, on an operator's own labels."""

import asyncio
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from crawler.cli.console import Json, counted, out, print_facts, print_json, print_table, say
from crawler.dedup.explanation import Beyond, Explanation, beyond, explain
from crawler.dedup.rules import RULES, Rules
from crawler.errors import ConfigError
from crawler.evaluate.dedup import ALARM, Evaluation, Figures, JudgedPair, evaluate, swept
from crawler.evaluate.labels import SHOWN, Sample, read_pairs, read_samples
from crawler.model import ArticleId, id_of
from crawler.text.asides import told_words

_SWEPT: Mapping[str, Sequence[float]] = {
    "held": (0.5, 0.55, 0.6, 0.63, 0.66, 0.7, 0.75, 0.8),
    "mutual": (0.4, 0.45, 0.5, 0.55, 0.6, 0.65),
    "woven": (0.55, 0.6, 0.65, 0.68, 0.7, 0.8, 1.01),
    "step": (4, 5, 6, 7),
    "numbers": (0, 2, 3, 4, 6),
    "evidence": (8, 12, 16, 24, 32),
    "least": (4, 6, 8, 12, 16),
    "fronted": (0.0, 0.3, 0.4, 0.5, 0.6),
    "framed": (0.0, 0.3, 0.4, 0.5, 0.6),
    "held_late": (0.0, 0.7, 0.8, 0.9),
    "template_numbers": (0.3, 0.4, 0.5, 0.75, 0.9),
    "changed_numbers": (0.0, 0.2, 0.3, 0.35, 0.4, 0.5),
    "other_numbers": (0.3, 0.4, 0.5, 0.6, 0.7, 1.0),
    "later_numbers": (0.0, 0.1, 0.2, 0.3, 0.4, 1.0),
    "other_names": (0.2, 0.3, 0.5, 0.7, 1.0),
}
_BASES = (1.2, 1.7, 2.0, 2.2, 2.5, 3.2)  # more finds more edited texts, and more that are none
TOLD_EVERY = 1_000  # articles; some seconds
_PASSAGE_WORDS = 24  # shown of a shared passage

T = TypeVar("T")


def evaluate_dedup(
    articles: Annotated[
        Path, typer.Argument(help="JSON lines, plain or .gz: url, outlet, published, title, text.")
    ],
    pairs: Annotated[
        Path, typer.Argument(help="Tab-separated: url_a, url_b, relation, confidence.")
    ],
    groups: Annotated[bool, typer.Option("--groups", help="Show what stories came of it.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write stories.tsv and pairs.tsv into this folder."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Show what other limits would have given.")
    ] = False,
    errors: Annotated[
        int, typer.Option(min=0, help="Show so many of the worst mistakes, and why.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Place articles as a crawl would, and judge labelled pairs; no network, no server."""
    labelled = read_pairs(pairs)
    if out:
        out.mkdir(parents=True, exist_ok=True)  # placing takes minutes, so that comes first
    evaluation = asyncio.run(evaluate(_told(read_samples(articles), quiet=as_json), labelled))
    if labelled and not evaluation.pairs:
        raise ConfigError(
            f"none of the {len(labelled)} pairs names two articles of {articles}",
            "write urls alike in both files",
        )
    if out:
        _write(evaluation, out)
    rules = list(_candidates()) if sweep else []
    table = swept(evaluation, (rule for _, rule in rules)) if sweep else []
    sweeps = [(name, figures) for (name, _), (_, figures) in zip(rules, table, strict=True)]
    worst = evaluation.mistakes()[:errors] if errors else None
    if as_json:
        print_json(_document(evaluation, sweeps, worst, groups=groups))
    else:
        _print(evaluation, sweeps, worst or (), groups=groups)


def _told(samples: Iterable[Sample], *, quiet: bool) -> Iterator[Sample]:
    """Yield the articles, and say now and then how many are placed."""
    for number, sample in enumerate(samples):
        if number and number % TOLD_EVERY == 0 and not quiet:
            say(f"{number:,} articles placed")
        yield sample


def _candidates() -> Iterator[tuple[str, Rules]]:
    for name, values in _SWEPT.items():
        for value in values:
            changed: dict[str, Any] = {name: value}
            yield f"{name} = {value:g}", replace(RULES, **changed)
    for base in _BASES:
        weights = replace(RULES.weights, base=base)
        yield f"weights.base = {base:g}", replace(RULES, weights=weights)


# --- as files --------------------------------------------------------------------------------


def _write(evaluation: Evaluation, folder: Path) -> None:
    _write_table(folder / "stories.tsv", ("url", "story_id", "relation"), _memberships(evaluation))
    _write_table(
        folder / "pairs.tsv",
        (
            "url_a", "url_b", "predicted", "jaccard", "containment_ab", "containment_ba",
            "nominated", "same_story",
        ),
        map(_pair_row, evaluation.pairs),
    )  # fmt: skip


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _memberships(evaluation: Evaluation) -> Iterator[Sequence[object]]:
    for story in sorted(evaluation.stories, key=lambda story: (story.created, story.id)):
        for member in story.members:
            yield evaluation.articles[member.article].url, story.id, member.relation


def _pair_row(pair: JudgedPair) -> Sequence[object]:
    tie = pair.tie
    shares = (f"{share:.6f}" for share in (tie.jaccard, tie.one_in_other, tie.other_in_one))
    verdict = (int(pair.nominated), int(pair.same_story))
    return (pair.labelled.one, pair.labelled.other, tie.relation, *shares, *verdict)


# --- for a program ---------------------------------------------------------------------------


def _document(
    evaluation: Evaluation,
    sweeps: Sequence[tuple[str, Figures]],
    worst: Sequence[JudgedPair] | None,
    *,
    groups: bool,
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "articles": len(evaluation.articles),
        "pairs": len(evaluation.pairs),
        "pairs_without_articles": len(evaluation.missing),
        "pairs_repeated": len(evaluation.repeated),
        "revisions": evaluation.revisions,
        "unread_times": len(evaluation.unread),
        "positives_never_nominated": _never_nominated(evaluation),
        "rules": asdict(RULES),
        "by_relation": _figures_of(evaluation.by_relation()),
        "by_story": _figures_of(evaluation.by_story()),
        "confusion": evaluation.confusion(),
    }
    if groups:
        document["groups"] = _groups_of(evaluation)
    if sweeps:
        document["sweep"] = {name: _numbers(figures) for name, figures in sweeps}
    if worst is not None:
        document["errors"] = [_error_of(pair, _explained(pair, evaluation)) for pair in worst]
    return document


def _figures_of(figures: Mapping[str, Figures]) -> dict[str, Any]:
    return {name: _numbers(found) for name, found in figures.items()}


def _numbers(figures: Figures) -> dict[str, float | None]:
    shares = {"precision": figures.precision, "recall": figures.recall, "f1": figures.f1}
    rounded = {name: _measured(figures, round(share, 4)) for name, share in shares.items()}
    return {**rounded, **asdict(figures)}


def _measured(figures: Figures, share: T) -> T | None:
    return share if figures.measured else None


def _groups_of(evaluation: Evaluation) -> dict[str, Any]:
    largest = max(evaluation.stories, key=lambda story: len(story.members), default=None)
    return {
        "stories": len(evaluation.stories),
        "sizes": {str(size): count for size, count in evaluation.sizes().items()},
        "largest": {
            "id": largest.id,
            "members": [evaluation.articles[m.article].url for m in largest.members],
        }
        if largest
        else None,
        "over_alarm": [
            {"id": story.id, "members": len(story.members), "strangers": strangers}
            for story, strangers in evaluation.alarming()
        ],
        "same_story": _numbers(evaluation.same_story()),
    }


def _error_of(pair: JudgedPair, why: Explanation) -> dict[str, Any]:
    return {
        "url_a": pair.labelled.one,
        "url_b": pair.labelled.other,
        "label": pair.labelled.label,
        "sure": pair.labelled.sure,
        "note": pair.labelled.note,
        "predicted": pair.tie.relation,
        "rule": why.reason,
        "beyond": _beyond(pair, why),
        "containment_ab": round(pair.tie.one_in_other, 4),
        "containment_ba": round(pair.tie.other_in_one, 4),
        "shared_passage": " ".join(why.passage.words),
    }


def _explained(pair: JudgedPair, evaluation: Evaluation) -> Explanation:
    ids = [ArticleId(id_of(url)) for url in (pair.labelled.one, pair.labelled.other)]
    one, other = (evaluation.articles[id_] for id_ in ids)
    mine, theirs = (told_words(evaluation.texts[id_]) for id_ in ids)
    return explain(one, other, mine, theirs)


def _beyond(pair: JudgedPair, why: Explanation) -> Beyond:
    return beyond(
        why.tie.relation,
        pair.tie.relation,
        same_story=pair.same_story,
        at_home=pair.same_outlet,
    )


def _never_nominated(evaluation: Evaluation) -> int:
    return sum(p.labelled.label.is_sought and not p.nominated for p in evaluation.pairs)


# --- for a person ----------------------------------------------------------------------------


def _print(
    evaluation: Evaluation,
    sweeps: Sequence[tuple[str, Figures]],
    worst: Sequence[JudgedPair],
    *,
    groups: bool,
) -> None:
    _print_figures("Stories: one story, or a digest linked to it", evaluation.by_story())
    _print_figures("Pairs: copy, excerpt, expansion, revision or digest", evaluation.by_relation())
    if evaluation.pairs:
        _print_confusion(evaluation.confusion())
    if groups:
        _print_groups(evaluation)
    if sweeps:
        shipped = {name for name, rules in _candidates() if rules == RULES}
        marked = {name + " *" * (name in shipped): found for name, found in sweeps}
        _print_figures("Other limits (pairs; * as shipped)", marked)
    if worst:
        out.print("Mistakes\n", style="bold")
    for pair in worst:
        _print_error(pair, _explained(pair, evaluation))
    _print_counts(evaluation)


def _print_counts(evaluation: Evaluation) -> None:
    articles, pairs = len(evaluation.articles), len(evaluation.pairs)
    say(f"{counted(articles, 'article')} placed, {counted(pairs, 'pair')} judged")
    if revisions := evaluation.revisions:
        say(f"{counted(revisions, 'line')} with an address that came before, taken as revisions")
    if unread := evaluation.unread:
        say(
            f"{counted(len(unread), 'time')} cannot be read, such as {unread[0][:SHOWN]!r}; "
            "those articles are judged without"
        )
    if repeated := evaluation.repeated:
        say(
            f"{counted(len(repeated), 'pair')} left out: labelled before, or an article with "
            f"itself, such as {repeated[0].one} and {repeated[0].other}"
        )
    if missing := len(evaluation.missing):
        say(f"{counted(missing, 'pair')} left out: an article of it is not in the file")
    if unseen := _never_nominated(evaluation):
        say(f"{counted(unseen, 'pair')} to be found, but never nominated to each other")


def _print_figures(title: str, figures: Mapping[str, Figures]) -> None:
    rows = [
        (name, *(_measured(found, f"{share:.3f}") or "–" for share in
                 (found.precision, found.recall, found.f1)),
         found.found, found.wrong, found.missed)
        for name, found in figures.items()
    ]  # fmt: skip
    print_table(title, ("", "precision", "recall", "F1", "found", "wrong", "missed"), rows)


def _print_confusion(confusion: Mapping[str, Mapping[str, int]]) -> None:
    predicted = sorted({relation for counts in confusion.values() for relation in counts})
    rows = [
        (label, *(counts.get(relation, 0) for relation in predicted))
        for label, counts in confusion.items()
    ]
    print_table("Labels (down) and what was judged (across)", ("", *predicted), rows)


def _print_groups(evaluation: Evaluation) -> None:
    rows = [(size, count) for size, count in evaluation.sizes().items()]
    print_table("Stories by size", ("articles", "stories"), rows)
    _print_figures("Pairs in one story, strictly", {"all": evaluation.same_story()})
    for story, strangers in evaluation.alarming():
        say(
            f"story {story.id} has {len(story.members)} articles, more than {ALARM}; "
            f"{strangers} of them do not hold its text"
        )


def _print_error(pair: JudgedPair, why: Explanation) -> None:
    sure = "sure" if pair.labelled.sure else "fair"
    shares = f"{pair.tie.one_in_other:.0%} and {pair.tie.other_in_one:.0%} held"
    passage = " ".join(why.passage.words[:_PASSAGE_WORDS])
    print_facts(
        {
            "one": pair.labelled.one,
            "other": pair.labelled.other,
            "label": f"{pair.labelled.label} ({sure}) {pair.labelled.note}",
            "judged": f"{pair.tie.relation}: {why.reason}; {shares}",
            "besides": _beyond(pair, why),
            "shared": f"{counted(len(why.passage.words), 'word')}: {passage}",
        }
    )
    out.print()
