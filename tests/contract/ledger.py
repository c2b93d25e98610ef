"""What the private keys of a topic must say about each other, read straight from the server."""

from collections import Counter
from typing import Any

from crawler.contract import listings
from crawler.model import RecipeId, TopicId
from crawler.store.story_records import StoryRecord, forward_target, tied_handles, unpack_article


async def dangling(server: Any, topic: TopicId, recipe: RecipeId) -> list[str]:
    """Every reference that leads nowhere or is missing; none in a sound store."""
    held = await _Held.of(server, topic, recipe)
    return [
        *held.in_articles(),
        *held.in_ties(),
        *held.in_stories(),
        *held.in_sets(),
        *held.in_public(),
        *held.in_counters(),
    ]


class _Held:
    def __init__(self, keys: dict[str, Any], public: dict[str, Any]) -> None:
        self.keys = keys
        self.public = public
        self.articles = {int(n): unpack_article(r) for n, r in self.family("article")}
        records = dict(self.family("story"))
        self.forwards = {i: t for i, r in records.items() if (t := forward_target(r))}
        self.stories = {
            i: StoryRecord.unpacked(i, r) for i, r in records.items() if i not in self.forwards
        }

    @classmethod
    async def of(cls, server: Any, topic: TopicId, recipe: RecipeId) -> "_Held":
        found: list[dict[str, Any]] = []
        for prefix in (f"kordon:p1:{{{topic}}}:{recipe}:", f"kordon:v1:{{{topic}}}:"):
            pattern = prefix + "*"
            names = [key async for key in server.scan_iter(match=pattern, count=10_000)]
            found.append({key.decode()[len(prefix) :]: await _read(server, key) for key in names})
        return cls(*found)

    def family(self, name: str) -> list[tuple[str, Any]]:
        start = f"{name}:"
        return [(k[len(start) :], v) for k, v in self.keys.items() if k.startswith(start)]

    def in_articles(self) -> list[str]:
        ids = {
            id_.decode(): int(handle)
            for _, bucket in self.family("ids")
            for id_, handle in bucket.items()
        }
        wrong = [f"id {id_} -> article {h}" for id_, h in ids.items() if h not in self.articles]
        for handle, fact in self.articles.items():
            if ids.get(fact.id) != handle:
                wrong.append(f"article {handle} has no id")
            story = self.stories.get(fact.story)
            if story is None or handle not in story.handles:
                wrong.append(f"article {handle} is not in its story {fact.story}")
        texts = {int(handle) for handle, _ in self.family("text")}
        return wrong + [f"text {handle}" for handle in texts ^ self.articles.keys()]

    def in_ties(self) -> list[str]:
        ties = {int(handle): set(tied_handles(value)) for handle, value in self.family("ties")}
        return [
            f"tie {one} -> {other}"
            for one, others in ties.items()
            for other in others
            if one not in ties.get(other, ()) or not {one, other} <= self.articles.keys()
        ]

    def in_stories(self) -> list[str]:
        wrong = []
        for id_, (story, handles) in self.stories.items():
            ids = [self.articles[h].id if h in self.articles else None for h in handles]
            if ids != [*story.articles] or story.canonical not in ids:
                wrong.append(f"story {id_} has members that are not there")
            known = self.stories.keys() | self.forwards.keys()
            wrong += [f"story {id_} links to {other}" for other in set(story.linked) - known]
        twice = Counter(h for _, handles in self.stories.values() for h in handles)
        return wrong + [f"article {h} is in {n} stories" for h, n in twice.items() if n > 1]

    def in_sets(self) -> list[str]:
        aliases = {(alias.decode(), i) for i, found in self.family("aliases") for alias in found}
        citing = {(story.decode(), i) for i, found in self.family("citing") for story in found}
        links = {(i, other) for i, (story, _) in self.stories.items() for other in story.linked}
        wrong = [f"forward {pair}" for pair in aliases ^ set(self.forwards.items())]
        wrong += [f"forward to nowhere {t}" for t in {*self.forwards.values()} - {*self.stories}]
        return wrong + [f"citing {pair}" for pair in citing ^ links]

    def in_public(self) -> list[str]:
        listed = {id_.decode() for id_, _ in self.public.get("stories", ())}
        payloads = {k.removeprefix("story:") for k in self.public if k.startswith("story:")}
        wrong = [f"listed {id_}" for id_ in listed ^ self.stories.keys()]
        wrong += [
            f"payload {id_}" for id_ in payloads ^ (self.stories.keys() | self.forwards.keys())
        ]
        return wrong + [f"listed {pair}" for pair in self._by() ^ self._facets()]

    def _by(self) -> set[tuple[str, str]]:
        lists = ((key, rows) for key, rows in self.public.items() if key.startswith("by:"))
        return {(key, id_.decode()) for key, rows in lists for id_, _ in rows}

    def _facets(self) -> set[tuple[str, str]]:
        """What stories are listed under by all of their members."""
        facts = {fact.id: fact for fact in self.articles.values()}
        stories = (record.story for record in self.stories.values())
        return {(f"by:{name}", one.id) for one in stories for name in listings(one, facts)}

    def in_counters(self) -> list[str]:
        counted = int(self.keys.get("articles", 0))
        return [] if counted == len(self.articles) else [f"{counted} articles counted"]


async def _read(server: Any, key: bytes) -> Any:
    kind = (await server.type(key)).decode()
    if kind == "string":
        return await server.get(key)
    if kind == "hash":
        return await server.hgetall(key)
    if kind == "set":
        return await server.smembers(key)
    if kind == "list":
        return await server.lrange(key, 0, -1)
    if kind == "stream":
        return await server.xrange(key)
    return await server.zrange(key, 0, -1, withscores=True)
