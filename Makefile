# Everything here needs Python 3.11 or newer and make, and nothing else: no activated environment, no Node, no PostgreSQL.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOL := $(VENV)/.uv
UV := $(BIN)/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
# What is handed on to a command: make test ARGS="tests/ledger -x", make run ARGS="--port 9000"
ARGS ?=

export PATH := $(CURDIR)/$(BIN):$(PATH)
export UV_NO_PROGRESS := 1
unexport VIRTUAL_ENV

.PHONY: help run test test-16 check check-format check-lint check-types check-floors check-house check-migrations check-reference check-words \
        bench serve front format reference lock setup clean

help: ## List the commands
	@echo "Tuition. The commands:"
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: $(READY) front ## Set everything up and start the demo: five schools, offline, with one sign-in per role
	@$(BIN)/tuition demo $(ARGS)

serve: $(READY) front ## Start a real installation (settings: docs/reference/settings.md)
	@$(BIN)/tuition serve $(ARGS)

test: $(READY) front ## Run every test, or some: make test ARGS="tests/ledger -x"
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

test-16: $(READY) ## Run the tests that lean on PostgreSQL against version 16, the oldest that is promised
	@$(BIN)/python -m checks.postgres16 $(ARGS)

check: check-format check-lint check-types check-floors check-house check-migrations check-reference check-words ## Prove the house: format, lint, types, imports, house rules, migrations, docs

check-format: $(READY)
	@$(BIN)/ruff format --check . || { echo "format: run make format"; exit 1; }

check-lint: $(READY)
	@$(BIN)/ruff check --quiet . && echo "lint: in order"

check-types: $(READY)
	@$(BIN)/mypy

check-floors: $(READY)
	@$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter

check-house: $(READY)
	@$(BIN)/python -m checks.house

check-migrations: $(READY)
	@$(BIN)/python -m checks.migrations

check-reference: $(READY)
	@$(BIN)/python -m checks.reference

check-words: $(READY)
	@$(BIN)/python -m tuition.web.locales check

bench: $(READY) front ## Measure: make bench ARGS="--json bench.json"
	@$(BIN)/tuition bench $(ARGS)

front: $(READY) ## Build the browser's share (nothing happens when nothing changed)
	@$(BIN)/python frontend/build.py

format: $(READY) ## Put the code into its usual shape
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

reference: $(READY) ## Write the reference pages (settings, commands, error codes) from the code
	@$(BIN)/python -m checks.reference --write

lock: $(TOOL) ## Lock the requirements again, with hashes and without addresses (ARGS="--upgrade" for newer versions)
	$(LOCK) $(ARGS) requirements/bootstrap.in -o requirements/bootstrap.txt
	$(LOCK) $(ARGS) pyproject.toml -o requirements/runtime.txt
	$(LOCK) $(ARGS) pyproject.toml --extra test -c requirements/runtime.txt -o requirements/development.txt

setup: $(READY) ## Make .venv with everything that is needed (the others do it by themselves)

clean: ## Remove what was built, downloaded and cached; the demo's data stays
	-find .cache -maxdepth 1 -type l -exec sh -c 'rm -rf "$$(readlink "$$1")"' _ {} ';' 2>/dev/null
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	rm -rf frontend/node_modules src/tuition/web/static/dist
	find src tests checks frontend -name __pycache__ -type d -prune -exec rm -rf {} +

$(TOOL): requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tuition needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "This Python cannot make environments; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv (once; some minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(READY): $(TOOL) requirements/development.txt pyproject.toml
	@$(UV) pip install --quiet --require-hashes -r requirements/development.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
