"""Take the pictures of the page in docs/images from the demo world.

    .venv/bin/python docs/screenshots.py

Crawls the demo into a home of its own, serves it, and lets chromium look; needs no network.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
KORDON = str(Path(sys.executable).with_name("kordon"))
TOPIC = "ukraine-border"
INDEXING_SECONDS = 0.2  # between two looks whether it is over
WIDE, NARROW, DESK = (1040, 760), (360, 740), (1280, 1000)


@dataclass(frozen=True, slots=True)
class Picture:
    """A view as it is photographed."""

    name: str
    path: str
    size: tuple[int, int] = WIDE
    scheme: str = "light"
    language: str = "en-GB"
    signed_in: bool = False


def pictures(story: str) -> list[Picture]:
    """Return what is photographed; `story` is the address of one that several outlets carry."""
    return [
        Picture("border-now", "/?window=7d", DESK),
        Picture("border-now-section", "/?window=7d&border=UA-PL", DESK, "dark"),
        Picture("border-now-narrow", "/?window=7d", NARROW, "dark", "uk-UA"),
        Picture("story", story, (1000, 840), signed_in=True),
        Picture("story-narrow", story, NARROW, "light", "uk-UA"),
        Picture("search", "/search?q=кордон", (1080, 640), language="uk-UA"),
        Picture("outlets", "/outlets", (1080, 640)),
        Picture("outlet", "/outlets/carpathian-wire", (1080, 760), signed_in=True),
        Picture("crawl", "/crawl", (1080, 760)),
        Picture("sign-in", "/sign-in", (1080, 480)),
    ]


def main() -> None:
    """Write every picture."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _kordon(home, "demo", "--acts", "2", "--keep", str(home))
        token = _kordon(home, "tokens", "add", "olena", "--role", "operator").strip()
        with served(home) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-lcd-text"],
            )
            for picture in pictures(_widest(address)):
                _take(browser, address, picture, token)
            browser.close()
        _kordon(home, "server", "stop")


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Yield the address at which a home is served."""
    command = [KORDON, "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(  # noqa: S603
        command, stderr=subprocess.PIPE, text=True, env=_environment(home)
    ) as process:
        try:
            lines = process.stderr or ()
            yield next(found[0] for line in lines if (found := re.search(r"http://[^/]+", line)))
        finally:
            process.terminate()


def _take(browser: Browser, address: str, picture: Picture, token: str) -> None:
    width, height = picture.size
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        locale=picture.language,
    )
    if picture.signed_in:
        context.add_cookies([{"name": "kordon-token", "value": token, "url": address}])
    tab = context.new_page()
    tab.goto(picture.path)
    tab.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def _widest(address: str) -> str:
    """Return the address of the story that most articles tell."""
    stories = f"{address}/api/v1/topics/{TOPIC}/stories"
    while not (page := httpx.get(stories, params={"limit": 100}).json())["complete"]:
        time.sleep(INDEXING_SECONDS)
    story = max(page["stories"], key=lambda one: (one["size"], one["id"]))
    return f"/topics/{TOPIC}/stories/{story['id']}"


def _kordon(home: Path, *arguments: str) -> str:
    """Run a command on the home; the demo's own exit code says how it judges itself."""
    done = subprocess.run(  # noqa: S603
        [KORDON, *arguments],
        env=_environment(home),
        stdout=subprocess.PIPE,
        text=True,
        check=arguments[0] != "demo",
    )
    return done.stdout


def _environment(home: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KORDON_")}
    return own | {"KORDON_HOME": str(home), "KORDON_CONTACT": "desk@example.org"}


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    main()
