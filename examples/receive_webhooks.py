"""Receive webhooks of Kordon's: check each signature, take each delivery in once.

    HOOK_SECRET=whsec_... python receive_webhooks.py 8000

Needs nothing but Python. `kordon hooks add http://127.0.0.1:8000/` makes the secret; a receiver on
this machine has to be allowed first (docs/how-to/receive-webhooks.md).
"""

import base64
import hmac
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

TOLERANCE_SECONDS = 300  # an older delivery may be a recording that somebody plays back
REMEMBERED = 10_000  # ids


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Tell whether a delivery is Kordon's and fresh; compares in constant time."""
    sent = headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(now - int(sent)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id', '')}.{sent}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split()  # several while a secret is exchanged
    return any(hmac.compare_digest(one.encode(), expected.encode()) for one in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine, 401 to anything else."""

    seen: ClassVar[OrderedDict[str, None]] = OrderedDict()

    def do_POST(self) -> None:
        """Take a delivery in, unless it was taken in before."""
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        genuine = is_genuine(headers, body, os.environ["HOOK_SECRET"], time.time())
        if genuine and headers["webhook-id"] not in self.seen:
            show(json.loads(body))  # keep it durably before you answer
            self.seen[headers["webhook-id"]] = None
            if len(self.seen) > REMEMBERED:
                self.seen.popitem(last=False)
        self.send_response(204 if genuine else 401)
        self.end_headers()


def show(told: Mapping[str, dict[str, dict[str, str]]]) -> None:
    """Print what a delivery says."""
    title = told["data"].get("change", {}).get("title", "")
    print(told["type"], title, flush=True)


if __name__ == "__main__":
    if not sys.argv[1:] or not os.environ.get("HOOK_SECRET"):
        sys.exit("usage: HOOK_SECRET=whsec_... python receive_webhooks.py PORT")
    with suppress(KeyboardInterrupt):
        HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
