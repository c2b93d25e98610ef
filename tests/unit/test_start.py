"""An interrupt while the command still reads its modules ends it as quietly as any later one."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

INTERRUPTED_WHILE_READING = """
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name.startswith({module!r}):
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from {start} import {function}
{function}()
"""


@pytest.mark.parametrize("module", ["typer", "crawler.cli.console", "crawler.cli.rulings"])
def test_an_interrupt_while_modules_are_read_is_no_trace(module):
    (kordon,) = entry_points(group="console_scripts", name="kordon")
    start, _, function = kordon.value.partition(":")
    program = INTERRUPTED_WHILE_READING.format(module=module, start=start, function=function)
    done = subprocess.run(
        [sys.executable, "-c", program, "stories", "list"],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
