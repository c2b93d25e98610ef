"""The signals that ask a command to end cleanly."""

import signal

ENDS = (signal.SIGINT, signal.SIGTERM)


def hang_ups() -> tuple[signal.Signals, ...]:
    """Return the signal of a terminal that is gone; none where it is ignored, as `nohup` has it.

    It may come twice, from the shell and from the kernel: the second is no wish for haste.
    """
    return () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
