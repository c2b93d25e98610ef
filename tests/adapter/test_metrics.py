"""What is counted stands in the reference; dashboard and alerts ask for nothing else."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from served import TOPIC, a_stand, an_article

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\bkordon_[a-z_]+")
SUFFIX = re.compile("_(bucket|sum|count|created)$")


@pytest.fixture
async def families(tmp_path):
    stand = await a_stand(tmp_path)
    await stand.place(an_article())
    async with stand.client() as client:
        await client.get(f"/api/v1/topics/{TOPIC}/stories")
        text = (await client.get("/metrics")).text
    stand.service.indexes[TOPIC].close()
    return {family.name: family for family in text_string_to_metric_families(text)}


def documented():
    """Names in the table of the reference, with their labels."""
    text = (ROOT / "docs/reference/metrics.md").read_text()
    rows = re.findall(r"^\| `(kordon_\w+)` \| (.*?) \|", text, re.MULTILINE)
    return {
        name.removesuffix("_total"): set(re.findall(r"`(\w+)`", labels)) for name, labels in rows
    }


async def test_every_metric_is_documented_with_its_labels_and_no_other(families):
    reference = documented()
    assert families.keys() == reference.keys()
    for name, family in families.items():
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == reference[name], sample


async def test_names_keep_the_conventions(families):
    for name, family in families.items():
        assert family.documentation.endswith("."), name
        assert name.startswith("kordon_")
        if "timestamp" in name or "duration" in name:
            assert name.endswith("_seconds")


@pytest.mark.parametrize("file", ["deploy/dashboards/kordon.json", "deploy/alerts/kordon.yaml"])
def test_dashboard_and_alerts_ask_only_for_metrics_there_are(file):
    asked = {SUFFIX.sub("", name).removesuffix("_total") for name in NAME.findall(
        (ROOT / file).read_text()
    )}  # fmt: skip
    assert asked
    assert asked <= documented().keys()


def test_prometheus_takes_the_alert_rules():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("NOT TESTED: the alert rules. Install promtool (Debian: prometheus)")
    rules = ROOT / "deploy/alerts/kordon.yaml"
    command = [promtool, "check", "rules", rules]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_dashboard_is_a_document_whose_panels_have_ids_of_their_own():
    panels = json.loads((ROOT / "deploy/dashboards/kordon.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(target["expr"] for panel in panels for target in panel["targets"])
