"""The numbers that the frontier in Redis and its twin share."""

from datetime import timedelta

PAUSE_KEPT = timedelta(days=7)  # robots files are read daily, so a pause still meant is renewed
ROBOTS_LONGEST = timedelta(days=1)  # RFC 9309, 2.4
SKIP_DAYS = 30
SKIPPED_KEPT = 1_000
LOSSES_AT_ONCE = 10  # so often an entry that was lost is due again at once, then later each time
LOSS_WAIT_LONGEST = 60_000  # milliseconds
