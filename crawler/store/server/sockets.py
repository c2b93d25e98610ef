"""Where a socket may lie: a short path that nobody else on the machine can take over."""

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

from crawler.errors import StoreError
from crawler.store.folders import PRIVATE_MODE

MAX_SOCKET_BYTES = 103  # macOS holds 104 with the closing zero, Linux 108


def socket_for(data: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Return the socket path of the server whose data lies in `data`.

    Named by device and inode, not by path: a home that is moved, or reached by another
    name, keeps its socket, and no other home can come by it while its server lives.

    Raises:
        StoreError: No directory for it is short, ours and closed to others.
    """
    where = data.stat()
    name = f"{blake2b(f'{where.st_dev}:{where.st_ino}'.encode(), digest_size=8).hexdigest()}.sock"
    for directory in _candidates(data, os.environ if environ is None else environ):
        short = len(os.fsencode(directory / name)) <= MAX_SOCKET_BYTES
        if short and _make_private(directory):
            return directory / name
    raise StoreError(
        "no directory is fit to hold the server's socket; "
        "set XDG_RUNTIME_DIR to a short directory that only you can write to"
    )


def is_private(directory: Path) -> bool:
    """Whether the directory is real, ours, closed to others, and cannot be swapped by them."""
    try:
        own, above = directory.lstat(), directory.parent.stat()
    except OSError:
        return False
    closed = stat.S_ISDIR(own.st_mode) and own.st_uid == os.geteuid() and not own.st_mode & 0o077
    open_above = above.st_mode & 0o022 and not above.st_mode & stat.S_ISVTX
    return closed and not open_above and above.st_uid in {0, os.geteuid()}


def _candidates(data: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime):  # noqa: PTH117 - a Path of "" would be the working directory
        yield Path(runtime) / "kordon"
    yield Path(tempfile.gettempdir()) / f"kordon-{os.geteuid()}"
    yield data


def _make_private(directory: Path) -> bool:
    try:
        directory.mkdir(mode=PRIVATE_MODE, exist_ok=True)
    except OSError:
        return False
    return is_private(directory)
