"""What the API tells of outlets, places, feeds and the crawl, and its probes."""

import pytest
from api_answers import BASE, got
from served import TOPIC, an_article

from crawler.catalog.facets import place_ids


async def test_every_place_that_a_story_can_name_is_listed_with_its_names(api):
    listed = {one["id"]: one for one in (await got(api, "/api/v1/places"))["places"]}
    assert listed.keys() == place_ids()
    assert listed["c-ua"]["names"]["pl"] == ["Ukraina"]
    lithuanian = (await got(api, "/api/v1/places", country="LT"))["places"]
    assert {one["id"] for one in lithuanian} == {"c-lt", "vilnius"}


async def test_lists_of_the_catalogue_take_several_countries_and_borders(api):
    async def named(path, kind):
        answer = await api.get(f"/api/v1/{path}")
        return {one["id"] for one in answer.json()[kind]}

    lithuanian, latvian = [await named(f"places?country={code}", "places") for code in ("LT", "LV")]
    assert await named("places?country=LT&country=LV", "places") == lithuanian | latvian
    polish, slovak = [await named(f"places?border={one}", "places") for one in ("UA-PL", "UA-SK")]
    assert await named("places?border=UA-PL&border=UA-SK", "places") == polish | slovak
    assert await named("outlets?country=PL&country=RU", "outlets") == {"open", "state"}


@pytest.mark.parametrize("path", ["places?border=PL-UA", "places?country=XX", "outlets?country=XX"])
async def test_lists_of_the_catalogue_refuse_what_it_does_not_know(api, path):
    answer = await api.get(f"/api/v1/{path}")
    assert (answer.status_code, "there is no" in answer.json()["detail"]) == (422, True)


async def test_outlets_feeds_hosts_places_and_work_are_listed(api):
    outlets = (await got(api, "/api/v1/outlets"))["outlets"]
    assert {one["id"]: one["feeds"] for one in outlets}["town"] == ["feed-town"]
    feeds = (await got(api, "/api/v1/feeds"))["feeds"]
    assert [feed["health"] for feed in feeds] == ["new"] * 3
    assert (await got(api, "/api/v1/feeds/feed-open"))["url"] == "https://open.example/rss"
    hosts = (await got(api, "/api/v1/hosts"))["hosts"]
    assert {host["host"] for host in hosts} >= {"open.example", "state.example"}
    assert (await got(api, "/api/v1/census"))["dead"] == 1
    (dead,) = (await got(api, "/api/v1/entries/dead"))["entries"]
    assert (dead["reason"], dead["url"]) == ("http-404", "https://town.example/dead")
    assert (await got(api, "/api/v1/alerts")) == {"alerts": []}
    (topic,) = (await got(api, "/api/v1/topics"))["topics"]
    assert (topic["id"], topic["stories"], topic["complete"]) == (TOPIC, 0, True)


async def test_health_says_ok_and_metrics_count(stand, api):
    await stand.place(an_article())
    assert (await api.get("/health")).text == "ok"
    await got(api, f"{BASE}/stories")
    text = (await api.get("/metrics")).text
    assert 'kordon_stories{topic="ukraine-border"} 1.0' in text
    assert 'kordon_feeds{health="new"} 3.0' in text
    assert 'route="/api/v1/topics/{topic}/stories",status="200"} 1.0' in text
