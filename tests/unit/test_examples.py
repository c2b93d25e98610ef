"""An example that is started without what it needs says how it is started."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PYTHON, NODE, SHELL = sys.executable, "node", "sh"
node = pytest.mark.skipif(not shutil.which(NODE), reason="Node is not here")


@pytest.mark.parametrize(
    ("program", "name", "arguments"),
    [
        (PYTHON, "follow_changes_async.py", []),
        (PYTHON, "receive_webhooks.py", []),
        (PYTHON, "receive_webhooks.py", ["8000"]),
        (SHELL, "follow_changes.sh", ["ukraine-border"]),
        pytest.param(NODE, "receive_webhooks.mjs", [], marks=node),
        pytest.param(NODE, "receive_webhooks.mjs", ["8000"], marks=node),
    ],
)
def test_an_example_says_how_it_is_started(program, name, arguments):
    command = [program, str(EXAMPLES / name), *arguments]
    path = {"PATH": f"{Path(shutil.which(program)).parent}:/usr/bin:/bin"}
    done = subprocess.run(
        command, env=path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode in {1, 2}
    assert name in done.stderr
    assert "Traceback" not in done.stderr
