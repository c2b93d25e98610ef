"""Every module of the package stands in a layer, and is told what it may not know."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    one["name"]: one
    for one in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}
MODULES = {
    f"crawler.{path.stem}"
    for path in (ROOT / "crawler").iterdir()
    if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
}


def test_every_module_stands_in_one_layer():
    layers = " ".join(CONTRACTS["imports point down"]["layers"])
    named = re.findall(r"crawler\.\w+", layers)
    assert sorted(named) == sorted(MODULES)


@pytest.mark.parametrize(
    ("contract", "free"),
    [
        ("only adapters know Scrapy", {"crawler.cli", "crawler.middlewares"}),
        ("only the store knows Redis", {"crawler.store", "crawler.app"}),
    ],
)
def test_every_module_but_a_few_is_told_what_it_may_not_know(contract, free):
    assert MODULES - set(CONTRACTS[contract]["source_modules"]) == free
