"""Contract v1 is frozen: what was written once is readable for good, and fields only come in."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from crawler.cli.contract import app
from crawler.contract import ChangePayload, ForwardPayload, StoryPayload, read_story, schema

V1 = Path(__file__).parent / "v1"
FROZEN = json.loads((V1 / "schema.json").read_text())  # as v1 was first published
KINDS = {"story": StoryPayload, "forward": ForwardPayload, "change": ChangePayload}
SAMPLES = sorted(path for path in V1.glob("*.json") if path.name != "schema.json")


def kind_of(sample: Path) -> type[msgspec.Struct]:
    return KINDS[sample.stem.partition("_")[0]]


def fits(document: Any, kind: str, definitions: dict[str, Any]) -> None:
    one = {"$ref": f"#/$defs/{kind}", "$defs": definitions}
    Draft202012Validator(one, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)


def holds(read: Any, written: Any) -> bool:
    """Return whether all that was written is there still, at any depth; more may be."""
    if isinstance(written, dict):
        return all(name in read and holds(read[name], value) for name, value in written.items())
    if isinstance(written, list):
        return len(read) == len(written) and all(map(holds, read, written))
    return bool(read == written)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_payloads_of_the_first_v1_are_still_read_and_fit_the_schema_of_today(sample):
    raw = sample.read_bytes()
    read = msgspec.json.decode(raw, type=kind_of(sample))
    fits(json.loads(raw), kind_of(sample).__name__, schema()["$defs"])
    assert holds(msgspec.to_builtins(read), json.loads(raw))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_what_is_written_today_fits_the_schema_of_the_first_v1(sample):
    read = msgspec.json.decode(sample.read_bytes(), type=kind_of(sample))
    fits(json.loads(msgspec.json.encode(read)), kind_of(sample).__name__, FROZEN["$defs"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_unknown_fields_are_passed_over(sample):
    later = json.loads(sample.read_bytes()) | {"added_later": [1]}
    msgspec.json.decode(json.dumps(later).encode(), type=kind_of(sample))
    fits(later, kind_of(sample).__name__, schema()["$defs"])


def test_no_field_of_the_first_v1_is_gone_or_of_another_type():
    today = schema()["$defs"]
    for kind, frozen in FROZEN["$defs"].items():
        for field, shape in frozen["properties"].items():
            assert _bare(today[kind]["properties"][field]) == _bare(shape), (kind, field)


def test_a_payload_tells_whether_it_is_a_story_or_a_forwarding_address():
    assert isinstance(read_story((V1 / "story.json").read_bytes()), StoryPayload)
    assert read_story((V1 / "forward.json").read_bytes()).moved_to == "9c1f0e6d2b7a4c35e8f1"


def test_the_command_prints_the_schema():
    assert json.loads(CliRunner().invoke(app, ["schema"]).stdout) == schema()


def _bare(shape: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shape.items() if name not in {"description", "title"}}
