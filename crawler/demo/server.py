"""The demo world behind a forward proxy on loopback, so that a real crawl can ask real names.

A crawler that is told `http_proxy=<proxy_url>` meets `http://border-courier.example/` and its
neighbours; no name is resolved and nothing leaves the machine. Standard library only.
"""

import gzip
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlunsplit

from crawler.demo.site import Answer, Site
from crawler.demo.world import World

_NOT_MODIFIED = 304
_OK = 200
_SLOW_SECONDS = 3.0


@contextmanager
def served(world: World, *, slow_seconds: float = _SLOW_SECONDS) -> Iterator[str]:
    """Serve the world while the block runs; gives the proxy's address.

    Args:
        world: The act to serve.
        slow_seconds: How long the slow feed keeps its readers waiting.
    """
    with DemoServer(world, slow_seconds=slow_seconds) as server:
        yield server.proxy_url


class DemoServer:
    """A served world whose act can be changed while it is served."""

    def __init__(self, world: World, *, slow_seconds: float = _SLOW_SECONDS) -> None:
        self._proxy = _Proxy(Site(world), slow_seconds)
        self._thread = Thread(target=self._proxy.serve_forever, args=(0.05,), daemon=True)

    @property
    def proxy_url(self) -> str:
        """What to set `http_proxy` to."""
        return f"http://127.0.0.1:{self._proxy.server_address[1]}"

    @property
    def asked(self) -> Counter[str]:
        """How often each address was asked for, whatever the answer."""
        with self._proxy.lock:
            return Counter(self._proxy.asked)

    def show(self, world: World) -> None:
        """Answer from this world from now on."""
        self._proxy.site = Site(world)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._proxy.stop()
        self._thread.join()


class _Proxy(ThreadingHTTPServer):
    """Keeps its connections, so that stopping ends them and waits for their threads."""

    daemon_threads = False

    def __init__(self, site: Site, slow_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.site = site
        self.slow_seconds = slow_seconds
        self.asked: Counter[str] = Counter()
        self.lock = Lock()
        self.stopping = Event()
        self._open: set[socket.socket] = set()

    def count(self, url: str) -> None:
        with self.lock:
            self.asked[url] += 1

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's
        with self.lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - socketserver's
        with self.lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's
        """Say nothing when a reader has hung up; that is a reader's right."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        with self.lock:
            for connection in self._open:
                with suppress(OSError):  # the other side was quicker
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else small answers wait for delayed acknowledgements
    server: _Proxy

    def do_GET(self) -> None:
        url = self._url()
        self.server.count(url)
        answer = self.server.site.answer(url)
        if answer.slow:
            self.server.stopping.wait(self.server.slow_seconds)
        self._send(self._unless_fresh(answer))

    do_HEAD = do_GET  # noqa: N815 - the standard library looks for this name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Keep quiet: who asked for what is counted."""

    def _url(self) -> str:
        """The absolute address, which a proxy gets whole and a server in two parts."""
        if self.path.startswith("http://"):
            return self.path
        return urlunsplit(("http", self.headers.get("Host", ""), self.path, "", ""))

    def _unless_fresh(self, answer: Answer) -> Answer:
        """The answer, or a 304 when the reader has it (RFC 9110 13.2.2: the tag decides)."""
        tag = self.headers.get("If-None-Match")
        since = self.headers.get("If-Modified-Since")
        known = tag == answer.etag if tag is not None else since == answer.last_modified
        if answer.status == _OK and answer.etag and known:
            return replace(answer, status=_NOT_MODIFIED, body=b"")
        return answer

    def _send(self, answer: Answer) -> None:
        headers, body = dict(answer.headers), answer.body
        if body and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"], body = "gzip", gzip.compress(body, 1, mtime=0)
        self.send_response(answer.status)
        if answer.status != _NOT_MODIFIED:
            headers |= {"Content-Type": answer.content_type, "Content-Length": str(len(body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
