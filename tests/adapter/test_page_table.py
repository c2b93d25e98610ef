"""What a view leads to for a spreadsheet: the articles of its stories, and of no others."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from page_views import AS_PERSON, CROSSING, furnished, seen
from served import NOON, TOPIC, an_article, another

TABLE = f"/topics/{TOPIC}/stories.csv"


async def rows_at(page, address):
    answer = await page.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("view", [f"/?window=7d&place={CROSSING}", f"/search?place={CROSSING}"])
async def test_a_view_leads_to_a_table_of_its_stories(stand, page, view):
    story, _ = await furnished(stand)
    (link,) = (await seen(page, view)).cssselect("a[type='text/csv']")
    rows = await rows_at(page, link.get("href"))
    assert [row["relation"] for row in rows] == ["canonical", "copy"]
    assert {row["story"] for row in rows} == {story}


async def test_a_table_says_of_each_article_who_when_and_whose(stand, page):
    await furnished(stand)
    first, copy = await rows_at(page, f"{TABLE}?language=en")
    assert first["published_utc"] < copy["published_utc"]
    assert (copy["articles"], copy["title"], copy["country"]) == ("2", "A copy of it", "RU")
    assert (first["state_controlled"], copy["state_controlled"]) == ("", "yes")
    assert "Krakovets" in first["places"]


async def test_a_time_yet_to_come_is_no_time_of_publishing(stand, page):
    ahead = NOON + timedelta(days=3)
    await stand.place(replace(another("ahead", title="Ahead"), published=ahead))
    (row,) = await rows_at(page, TABLE)
    assert row["published_utc"] == ""


@pytest.mark.parametrize("window", ["24h", "90d"])
async def test_a_table_holds_the_view_s_window(stand, page, window):
    await stand.place(an_article())
    stand.clock.advance(timedelta(days=2))
    assert len(await rows_at(page, f"{TABLE}?window={window}")) == (window == "90d")


@pytest.mark.parametrize("view", ["/", "/search?q=%3F"])
async def test_a_view_of_nothing_leads_to_no_table(page, view):
    assert not (await seen(page, view)).cssselect("a[type='text/csv']")


async def test_from_elsewhere_a_table_is_for_who_signed_in(stand):
    async with stand.client(peer="10.0.0.7", host="news.example") as client:
        assert (await client.get(TABLE, headers=AS_PERSON)).status_code == 401


@pytest.mark.parametrize("asked", ["border=UA-XX", "window=soon", "since=2026"])
async def test_a_filter_that_cannot_be_is_refused(page, asked):
    assert (await page.get(f"{TABLE}?{asked}")).status_code == 422
