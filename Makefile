# The commands a newcomer needs; each works on a clean checkout.
.DELETE_ON_ERROR:
.PHONY: setup demo run test browser manners check lock clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

setup: $(READY)  ## make .venv from the hashed lock; .venv/bin/kordon is the command

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Kordon needs Python 3.11 or newer: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q $(VENV)/lib >/dev/null || true
	touch $@

demo: setup  ## the real crawl on a small world of publishers; needs no network
	$(BIN)/kordon demo $(ARGS)

run: setup  ## crawl the shipped catalogue
	$(BIN)/kordon run $(ARGS)

test: setup  ## every test that needs no service, browser or network
	$(BIN)/python -m pytest $(ARGS)

browser: setup  ## the page in Debian's chromium
	$(BIN)/python -m pytest -m browser -rs tests/browser $(ARGS)

manners: setup  ## live through every situation of the rule book, write the score card
	$(BIN)/python -m tests.manners --write docs/reference/manners.md

check: setup  ## style, types, import contracts, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

lock: setup  ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
