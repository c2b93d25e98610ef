"""Laws of one generation following another: no id is lost, none changes its meaning."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.succession import succeed
from crawler.model import ArticleId, Member, Relation, Story, StoryId
from tests.newsroom import NOON

ARTICLES = [ArticleId(f"a{n}") for n in range(9)]
LATER = NOON + timedelta(days=1)


def stories_of(homes, name):
    """Stories named after the number of their group, each article in the group it is told."""
    groups = {}
    for article, home in zip(ARTICLES, homes, strict=True):
        groups.setdefault(home, []).append(article)
    return [
        Story(StoryId(f"{name}{home}"), members[0],
              tuple(Member(one, Relation.COPY) for one in members), NOON, NOON, version=3)
        for home, members in groups.items()
    ]  # fmt: skip


HOMES = st.lists(st.integers(0, 4), min_size=len(ARTICLES), max_size=len(ARTICLES))
NAMES = st.sampled_from(["old", "new"])  # ids of both generations may be the same, or not


@given(HOMES, HOMES, NAMES)
def test_every_article_keeps_one_home_and_every_old_id_leads_to_one(before, after, name):
    old, new = stories_of(before, "old"), stories_of(after, name)
    said = succeed(old, new, {"old9"}, LATER)
    ids = [story.id for story in said.stories]
    assert len(set(ids)) == len(ids) == len(new)
    members = [member.article for story in said.stories for member in story.members]
    assert sorted(members) == ARTICLES
    forwards = dict(said.forwards)
    assert {forwards.get(story.id, story.id) for story in old} <= set(ids)
    assert forwards.keys().isdisjoint(ids)


@given(HOMES, HOMES, NAMES)
def test_an_id_that_stays_still_holds_something_it_held(before, after, name):
    old, new = stories_of(before, "old"), stories_of(after, name)
    held = {story.id: {*story.articles} for story in old}
    for story in succeed(old, new, (), LATER).stories:
        if story.id in held:
            assert held[story.id] & {*story.articles}


@given(HOMES, NAMES)
def test_what_did_not_change_is_as_it_was_and_nothing_is_told(homes, name):
    old = stories_of(homes, "old")
    new = [replace(story, version=1, updated=LATER) for story in stories_of(homes, name)]
    said = succeed(old, new, (), LATER)
    assert sorted(said.stories, key=repr) == sorted(old, key=repr)
    assert (said.forwards, said.changes) == ((), ())


@given(HOMES, HOMES, NAMES)
def test_whatever_changed_is_a_later_version_and_is_told(before, after, name):
    old, new = stories_of(before, "old"), stories_of(after, name)
    said = succeed(old, new, (), LATER)
    known = {story.id: story for story in old}
    told = {change.story for change in said.changes} | {c.other for c in said.changes}
    for story in said.stories:
        if story != known.get(story.id):
            assert story.id in told
            assert story.version > getattr(known.get(story.id), "version", 0)
