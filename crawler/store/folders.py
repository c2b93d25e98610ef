"""Folders that hold what is not everybody's: texts, tokens, the operator's settings."""

from pathlib import Path

PRIVATE_MODE = 0o700


def private_folder(folder: Path) -> Path:
    """Return a folder that is there; what had to be made of it is its owner's alone.

    Whatever the umask: under one of 0 others could put a settings file of theirs into our home,
    under the usual one read the texts in the search index.

    Raises:
        OSError: It cannot be made.
    """
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=PRIVATE_MODE, exist_ok=True)
    return folder
