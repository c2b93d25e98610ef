"""A small installation with made-up stories, answering on a port of its own."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import uvicorn
from served import TOPIC as NEWS
from served import Stand, a_dead_entry, a_stand, an_article, another

from crawler.access import Role
from crawler.model import ChangeId, StoryId, TopicId
from crawler.serve.application import application
from crawler.store.memory.published import MemoryPublished

A_MOMENT = timedelta(milliseconds=50)

BODIES = {
    "en": "Lorries wait for two days in a queue that reaches the next village, border guards said "
    "on Sunday. Volunteers bring water and food. Customs promise a third lane once the scanners "
    "are repaired, and ask carriers to use the neighbouring crossings until the end of the month.",
    "uk": "Вантажівки чекають у черзі дві доби, повідомили прикордонники в неділю. Волонтери "
    "підвозять воду та їжу. Митниця обіцяє третю смугу, щойно полагодять сканери, і просить "
    "перевізників користуватися сусідніми пунктами пропуску до кінця місяця.",
}
HEADLINES = (
    ("uk", "Черги на кордоні з Польщею зросли вдвічі", ("x-pl-krakovets-korczowa", "reg-ua-lviv")),
    ("uk", "На Закарпатті затримали групу переправників", ("reg-ua-zakarpattia",)),
    ("pl", "Kolejka ciężarówek na przejściu w Medyce", ("x-pl-shehyni-medyka",)),
    ("en", "Romania opens a new lane for grain", ("x-ro-porubne-siret",)),
    ("ru", "На границе изменили порядок досмотра", ("x-ro-porubne-siret",)),
    ("uk", "Найвисокопоставленіші посадовці про транскордонне співробітництво", ()),
    ("uk", "Зведення прикордонної служби за добу", ("reg-ua-kharkiv", "reg-ua-sumy")),
)  # fmt: skip


async def furnished(stand: Stand) -> None:
    """Place some stories: one wire text at three outlets, and others alone."""
    await stand.place(
        an_article("wire", title="Lorries queue for two days", body=BODIES["en"],
                   places=("x-pl-krakovets-korczowa",), minutes=-300),
        an_article("again", outlet="state", title="Lorries wait at the border",
                   body=BODIES["en"].replace("Volunteers bring", "Volunteers carry"), minutes=-240,
                   credits=("Town News",)),
        an_article("third", outlet="open", title="Two days in the queue",
                   body=BODIES["en"] + " The ministry has not commented so far.", minutes=-90),
    )  # fmt: skip
    for number, (language, title, places) in enumerate(HEADLINES):
        outlet = ("town", "open", "state")[number % 3]
        await stand.place(
            another(f"lone{number}", outlet=outlet, title=title, language=language,
                    places=places, minutes=-37 * number - 2)
        )  # fmt: skip


class PatientlyPublished(MemoryPublished):
    """What the twin publishes, with streams that wait a moment as they do before a real store."""

    async def wait(self, topic: TopicId, after: ChangeId, patience: timedelta) -> None:
        await asyncio.sleep(min(A_MOMENT, patience).total_seconds())


def patient(stand: Stand) -> Stand:
    """The installation with streams that leave the others time to answer."""
    published = PatientlyPublished(stand.service.stories)
    service = replace(stand.service, published=published)
    return replace(stand, service=service, app=application(service))


class Server(uvicorn.Server):
    """Uvicorn outside the main thread, which has no signals to catch."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Newsstand:
    """The installation from outside: its address, and what happens in it when told."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.stand = patient(self._do(a_stand(folder)))
        self.stand.clock.advance(timedelta(minutes=1))
        self._do(furnished(self.stand))
        config = uvicorn.Config(self.stand.app, log_level="warning", lifespan="off")
        self._server = Server(config)
        door = socket.create_server(("127.0.0.1", 0))  # connections wait until it is served
        self.address = f"http://127.0.0.1:{door.getsockname()[1]}"
        serving = self._server.serve(sockets=[door])
        self._serving = asyncio.run_coroutine_threadsafe(serving, self._loop)

    def token(self, role: Role) -> str:
        """The token of a role."""
        return self.stand.tokens[role]

    def place(self, *articles):
        """Place articles and let the index catch up; return their stories."""
        return self._do(self.stand.place(*articles))

    def merge(self, one: str, other: str) -> None:
        """Merge the stories at two addresses, as an operator elsewhere does."""
        ids = [StoryId(address.rpartition("/")[2]) for address in (one, other)]
        self._do(self.stand.service.rule.merge(NEWS, *ids, "olena", "one queue"))

    def retry_dead(self) -> None:
        """Put back every dead entry."""
        self._do(self.stand.service.frontier.retry_dead(None))

    def bury(self, name: str) -> None:
        """Let an entry of this name be given up."""
        self._do(self._bury(name))

    def story(self, title: str) -> str:
        """The address of the story whose canonical headline begins so."""
        return self._do(self._story(title))

    def close(self) -> None:
        """End the server and its thread."""
        self.stand.service.closing.set()
        self._server.should_exit = True
        self._serving.result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.stand.service.indexes[NEWS].close()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _bury(self, name: str) -> None:
        frontier, clock = self.stand.service.frontier, self.stand.clock
        clock.advance(timedelta(hours=2))
        await a_dead_entry(frontier, clock, name)

    async def _story(self, title: str) -> str:
        stories = self.stand.service.stories
        for story in await stories.newest(NEWS, 1_000):
            facts = await stories.articles(NEWS, [story.canonical])
            if facts[story.canonical].title.startswith(title):
                return f"{self.address}/topics/{NEWS}/stories/{story.id}"
        raise LookupError(title)
