"""Become another program that is asked to end when its starter dies, however that dies.

python -m crawler.cli.bound STARTER_PID PROGRAM [ARGUMENT ...]
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2); kept across execve


def main() -> None:
    """Bind this process to its starter, then become the program."""
    starter, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(starter):
        sys.exit(1)  # it died before we were bound
    os.execv(program, [program, *arguments])  # noqa: S606 - our own program, no shell


if __name__ == "__main__":
    main()
