"""Made-up articles and a small decision of our own: a store is tested without the real one."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.dedup.fingerprint import fingerprint
from crawler.dedup.overlap import overlap
from crawler.model import (
    Article,
    ArticleId,
    Change,
    ChangeKind,
    LookAlike,
    Member,
    Neighbourhood,
    OutletId,
    Placement,
    Recipe,
    Relation,
    Story,
    StoryId,
    Tie,
    id_of,
)
from crawler.text.shingles import shingle_hashes

RECIPE = Recipe()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
VOCABULARY = [f"w{number}" for number in range(5_000)]


def words_of(seed: object, length: int = 120) -> list[str]:
    """Words that no other seed shares more than by chance."""
    return random.Random(str(seed)).choices(VOCABULARY, k=length)


def an_article(
    words: list[str] | None = None,
    *,
    url: str = "https://one.example/story",
    outlet: str = "one",
    language: str = "en",
    title: str = "A title",
    at: datetime = NOON,
) -> Article:
    """An article of these words, fetched at a time."""
    words = words_of(url) if words is None else words
    mark = fingerprint(words, shingle_hashes(words, RECIPE.shingle_words), RECIPE)
    return Article(
        id=ArticleId(id_of(url)),
        url=url,
        outlet=OutletId(outlet),
        title=title,
        text=" ".join(words),
        fetched=at,
        fingerprint=mark,
        language=language,
        published=at - timedelta(minutes=5),
    )


def copies(count: int, seed: object = "wire") -> list[Article]:
    """The same words at as many outlets."""
    words = words_of(seed)
    return [
        an_article(words, url=f"https://{n}.example/{seed}", outlet=f"outlet-{n}")
        for n in range(count)
    ]


def decide(article: Article, around: Neighbourhood) -> Placement:
    """Join, and merge, what is alike by two fifths; link what is alike by a tenth."""
    known = around.known
    if known and known.fingerprint.content_hash == article.fingerprint.content_hash:
        return Placement(article.id, known.story, Relation.COPY)
    if known:
        return _revised(article, known, around)
    ties = [_tie(article, alike) for alike in around.look_alikes if alike.id in around.nominated]
    ties = [tie for tie in ties if tie.jaccard >= 0.1]
    story_of = {member.article: story for story in around.stories for member in story.members}
    same = {s.id: s for s in (story_of[t.other] for t in ties if t.relation.joins)}
    near = {s.id: s for s in (story_of[t.other] for t in ties)}
    linked = sorted(near.keys() - same.keys())
    return _joined(
        article, sorted(same.values(), key=lambda s: (s.created, s.id)), linked, ties, near
    )


def _tie(article: Article, alike: LookAlike) -> Tie:
    mine, theirs = article.fingerprint, alike.fingerprint
    found = overlap(mine.sketch, mine.shingles, theirs.sketch, theirs.shingles)
    relation = Relation.COPY if found.jaccard >= 0.4 else Relation.PARTIAL
    return Tie(
        article.id, alike.id, relation, found.jaccard, found.one_in_other, found.other_in_one
    )


def _joined(
    article: Article, same: list[Story], linked: list[StoryId], ties: list[Tie],
    near: dict[StoryId, Story],
) -> Placement:  # fmt: skip
    base = same[0] if same else Story(StoryId(article.id), article.id, (), article.fetched,
                                      article.fetched, 0)  # fmt: skip
    members = [member for story in same for member in story.members]
    links = dict.fromkeys([*(link for story in same for link in story.linked), *linked])
    story = replace(
        base,
        members=(*members, Member(article.id, Relation.COPY)),
        updated=max(base.updated, article.fetched),
        version=base.version + 1,
        linked=tuple(link for link in links if link not in {s.id for s in same}),
    )
    kind = ChangeKind.JOINED if same else ChangeKind.CREATED
    back = [
        replace(near[id_], linked=(*near[id_].linked, story.id), version=near[id_].version + 1)
        for id_ in linked
        if story.id not in near[id_].linked
    ]
    return Placement(
        article.id,
        story.id,
        Relation.COPY,
        tuple(ties),
        (story, *back),
        tuple((old.id, story.id) for old in same[1:]),
        (
            *(Change(ChangeKind.MERGED, story.id, other=old.id) for old in same[1:]),
            Change(kind, story.id, article.id, Relation.COPY),
            *(Change(ChangeKind.LINKED, story.id, other=id_) for id_ in linked),
        ),
    )


def _revised(article: Article, known: LookAlike, around: Neighbourhood) -> Placement:
    (story,) = (story for story in around.stories if story.id == known.story)
    story = replace(story, updated=article.fetched, version=story.version + 1)
    change = Change(ChangeKind.REVISED, story.id, article.id, Relation.REVISION)
    return Placement(article.id, story.id, Relation.REVISION, (), (story,), (), (change,))
