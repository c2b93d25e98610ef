"""The side of `reader` in bench/load/polling.py: polled_by_reader.py FEEDS PORT."""

import json
import sys
import tempfile
import time

from reader import make_reader
from rounds import ROUNDS, addresses, figures, set_round


def read_with_reader(feeds: int, port: int) -> dict[str, float]:

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(f"{folder}/db.sqlite")
        for url in addresses(feeds, port):
            reader.add_feed(url)
        cpu, wall = {}, {}
        for number, name in enumerate(ROUNDS):
            set_round(port, number)
            began, used = time.perf_counter(), time.process_time()
            reader.update_feeds(scheduled=False, workers=1)
            cpu[name], wall[name] = time.process_time() - used, time.perf_counter() - began
        return figures(cpu, wall, feeds)


if __name__ == "__main__":
    print(json.dumps(read_with_reader(int(sys.argv[1]), int(sys.argv[2]))))
