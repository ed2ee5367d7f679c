# The whole life of a checkout: run, check, test, demo, bench.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
# Most of a browser's or a registrar's test is waiting, so more run than there are cores.
WORKERS ?= $(shell echo $$((2 * $$(nproc))))

.PHONY: help run demo check test conformance bench screenshots clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.runs ## serve on http://127.0.0.1:8080
	$(BIN)/python app.py

demo: $(VENV)/.runs ## serve a throw-away installation with twelve simulated phones
	$(BIN)/python app.py demo

check: $(VENV)/.tests ## lint, types, layers, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint phoneprov/templates --lint --quiet
	$(BIN)/vulture app.py phoneprov --min-confidence 80 --ignore-names _Hash,cls,trace,StartResponse,WSGIApplication,WSGIEnvironment

test: $(VENV)/.tests ## all tests; installs the real components it may
	bash tests/install_components.sh
ifdef PYTEST_ARGS
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)
else
	$(BIN)/python -m pytest -n $(WORKERS) -m "not alone" --cov --cov-report=
	$(BIN)/python -m pytest -m alone --cov --cov-append --cov-report=term --cov-fail-under=95
endif

conformance: $(VENV)/.tests ## what phones read, for every model
	$(BIN)/python -m pytest tests/conformance --matrix -q -n $(WORKERS) $(PYTEST_ARGS)

bench: $(VENV)/.tests ## ratios against a yardstick measured in the same run
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.tests ## renew docs/screenshots: every page, wide and narrow
	$(BIN)/python -m tests.browser.take_screenshots --docs

clean: ## remove what these targets made, but not your data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || (echo "python3-venv is missing: apt-get install python3-venv" && false)

$(VENV)/.runs: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.tests: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.runs
