"""Changes over HTTP: listed, and followed as server-sent events."""

from dataclasses import replace

from api_answers import BASE, got
from served import TOPIC, a_stand, an_article, another

from crawler.model import ChangeId
from crawler.ports import Window
from crawler.serve.changes import Streams
from crawler.store.memory.published import MemoryPublished


async def test_changes_are_listed_after_any_id(stand, api):
    await stand.place(an_article(), an_article("two", outlet="open"))
    every = await got(api, f"{BASE}/changes")
    assert [entry["change"]["kind"] for entry in every["changes"]] == ["story.created", "joined"]
    rest = await got(api, f"{BASE}/changes", after=every["changes"][0]["id"])
    assert rest["changes"] == every["changes"][1:]
    assert (rest["first"], rest["last"], rest["missed"]) == ("1-0", "2-0", False)


async def streamed(stand, **headers):
    """The lines of a stream that ends, as when the server closes, once all is told."""
    stand.service.closing.clear()
    streams = stand.app.state.streams
    start = headers.get("last_event_id", "0-0")
    lines = []
    async for line in streams.follow(TOPIC, start, [b"retry: 1\n\n"]):
        lines.append(line.decode())
        if line == b":\n\n":
            stand.service.closing.set()
    return [line for line in lines if line.startswith("id:")]


async def test_a_stream_tells_changes_with_their_ids_and_goes_on_where_it_was(stand):
    await stand.place(an_article(), an_article("two", outlet="open"))
    first, second = await streamed(stand)
    assert first.startswith("id: 1-0\nevent: story.created\ndata: {")
    assert first.endswith("}\n\n")
    assert await streamed(stand, last_event_id="1-0") == [second]
    assert await streamed(stand, last_event_id="2-0") == []


async def test_a_client_that_is_cut_off_before_the_first_change_knows_where_it_was(stand, api):
    await stand.place(an_article())
    stand.service.closing.set()
    assert (await api.get(f"{BASE}/changes/stream")).text == "retry: 3000\nid: 1-0\n\n"


class Trimming(MemoryPublished):
    """Keeps the newest change only: of three, two are gone."""

    async def changes(self, topic, after, limit):
        return (await super().changes(topic, after, limit))[-1:]

    async def window(self, topic):
        window = await super().window(topic)
        return Window(window.last, window.last, ChangeId("2-0"))


async def test_a_stream_that_falls_behind_is_told_of_the_gap_once_and_goes_on(stand):
    await stand.place(an_article(), an_article("two", outlet="open"), another("three"))
    service = replace(stand.service, published=Trimming(stand.service.stories))
    lines = []
    async for line in Streams(service).follow(TOPIC, ChangeId("1-0"), []):
        lines.append(line.decode())
        if line == b":\n\n":
            service.closing.set()
    gap, change, _ = lines
    assert gap == 'id: 2-0\nevent: gap\ndata: {"after":"1-0","trimmed":"2-0"}\n\n'
    assert change.startswith("id: 3-0\nevent: story.created\n")


async def test_a_stream_over_http_ends_when_the_server_closes(stand, api):
    await stand.place(an_article())
    stand.service.closing.set()
    answer = await api.get(f"{BASE}/changes/stream", headers={"Last-Event-ID": "0-0"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("retry: ")


async def test_no_more_streams_than_allowed_are_open_at_once(tmp_path):
    stand = await a_stand(tmp_path, streams=1)
    stand.service.closing.set()
    held = stand.app.state.streams.follow(TOPIC, "0-0", [b"x"])
    async with stand.client() as api:
        assert (await api.get(f"{BASE}/changes/stream")).status_code == 503
        async for _ in held:
            pass
        assert (await api.get(f"{BASE}/changes/stream")).status_code == 200
