"""The examples that `kordon schedule` prints are read by those they are for, where present."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from crawler.cli.schedule import Scheduler, examples
from crawler.overrides import changed_settings

HOME = Path("/srv/kordon")
DEPLOYED = Path(__file__).resolve().parents[2] / "deploy" / "systemd" / "kordon.service"


@pytest.mark.parametrize("scheduler", Scheduler)
def test_every_example_is_complete(scheduler):
    for name, text in examples(scheduler, HOME).items():
        assert "$" not in text.replace("$(", ""), name


def test_the_crontab_holds_five_fields_and_a_command_the_shell_can_read():
    lines = examples(Scheduler.CRON, HOME)["crontab"].splitlines()
    jobs = [line for line in lines if re.match(r"[\d*]", line)]
    assert len(jobs) == 3
    for job in jobs:
        *fields, command = job.split(maxsplit=5)
        assert all(re.fullmatch(r"\*(/\d+)?|\d+", field) for field in fields)
        assert "%" not in command  # cron would end the command there
        subprocess.run(["sh", "-n", "-c", command], check=True)


def test_cron_reaches_a_home_whose_name_is_several_words():
    home = Path("/Users/ada/Library/Application Support/100% news")
    lines = examples(Scheduler.CRON, home)["crontab"].splitlines()
    assert f"KORDON_HOME={home}" in lines
    jobs = [line.split(maxsplit=5)[5] for line in lines if re.match(r"[\d*]", line)]
    assert not any(re.search(r"(?<!\\)%", job) for job in jobs)
    handed_on = (shlex.split(job.replace(r"\%", "%")) for job in jobs)  # as cron does
    crawl, turn, backup = handed_on
    assert {f"{home}/cron.lock", f"{home}/run.log"} <= set(crawl)
    assert backup[-1] == f"{home}/backup.tar"
    assert turn == ["mv", "-f", f"{home}/run.log", f"{home}/run.log.1"]  # or it grows for ever


CRONTAB = """#!/bin/sh
[ "$1" = -l ] && exec cat "$0.held"
cat > "$0.new" && mv "$0.new" "$0.held"
"""


def test_the_crontab_is_installed_beside_what_is_there(tmp_path):
    text = examples(Scheduler.CRON, HOME)["crontab"]
    (install,) = re.findall(r"^# Install.*?: (.*)$", text, re.MULTILINE)
    (tmp_path / "example").write_text(text)
    (tmp_path / "crontab.held").write_text("0 4 * * * certbot renew\n")
    for name, script in (("crontab", CRONTAB), ("kordon", '#!/bin/sh\ncat "${0%/*}/example"\n')):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    subprocess.run(["sh", "-c", install], check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    held = (tmp_path / "crontab.held").read_text()
    assert held == f"0 4 * * * certbot renew\n{text}"


def test_systemd_lets_a_run_finish_before_it_ends_the_rest():
    units = examples(Scheduler.SYSTEMD, HOME)
    for name in ("kordon.service", "kordon-once.service"):
        assert {"KillMode=mixed", "TimeoutStopSec=90"} <= set(units[name].splitlines())
        assert "server stop" in units[name]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_its_units(tmp_path):
    for name, text in examples(Scheduler.SYSTEMD, HOME).items():
        (tmp_path / name).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_kubernetes_objects_fit_together():
    (text,) = examples(Scheduler.KUBERNETES, HOME).values()
    crawl, settings = yaml.safe_load_all(text)
    assert (crawl["kind"], settings["kind"]) == ("StatefulSet", "ConfigMap")
    pod = crawl["spec"]["template"]["spec"]
    mounted = {mount["name"] for one in pod["containers"] for mount in one["volumeMounts"]}
    volumes = {volume["name"] for volume in pod["volumes"]}
    claims = {claim["metadata"]["name"] for claim in crawl["spec"]["volumeClaimTemplates"]}
    assert mounted == volumes | claims
    assert crawl["spec"]["selector"]["matchLabels"].items() <= crawl["metadata"]["labels"].items()


def test_the_settings_in_the_kubernetes_example_can_be_used(tmp_path):
    (text,) = examples(Scheduler.KUBERNETES, HOME).values()
    _, settings = yaml.safe_load_all(text)
    file = tmp_path / "settings.toml"
    file.write_text(settings["data"]["settings.toml"])
    assert changed_settings(file)["TOPICS"] == ("ukraine-border",)


@pytest.mark.parametrize("unit", [DEPLOYED, "kordon.service", "kordon-once.service"])
def test_an_operators_commands_share_home_and_server_with_the_unit(unit):
    """What a dynamic user owns nobody else can enter, not to add a token and not to back up."""
    text = DEPLOYED.read_text() if unit is DEPLOYED else examples(Scheduler.SYSTEMD, HOME)[unit]
    lines = set(text.splitlines())
    assert {"User=kordon", "RuntimeDirectoryPreserve=yes"} <= lines
    assert "DynamicUser=yes" not in lines
    given = {line.removeprefix("Environment=") for line in lines if "Environment=" in line}
    (command,) = re.findall(r"sudo -u kordon env (.*) \S+ doctor", text) or [" ".join(given)]
    assert set(command.split()) == given
