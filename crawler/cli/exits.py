"""What the `kordon` command tells its caller when it ends (docs/reference/errors.md)."""

EXIT_FAILED = 1  # the work could not be done: no feed answered, nothing found, a check failed
EXIT_USAGE = 2  # the command or a setting is wrong
EXIT_STORE = 3  # the store is away
EXIT_FAULT = 70  # a fault of Kordon's own
EXIT_INTERRUPTED = 130
