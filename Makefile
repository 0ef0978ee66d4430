# What a checkout can do for itself; each target makes what it needs first.
# A virtual environment in .venv holds exactly the files that constraints.txt and constraints-test.txt name, hashes checked.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PACKAGES := bot channels handlers nlu storage
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: help serve demo test check check-long bench browser format lock clean
.DEFAULT_GOAL := help

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

serve: $(VENV)/.installed ## Install what is needed and serve the chat on 127.0.0.1:8080
	@exec $(BIN)/ombud serve

demo: $(VENV)/.installed ## Show chat, desk and report on one page, without any account
	@exec $(BIN)/ombud demo

test: $(VENV)/.installed-test browser ## Install the test extras and a browser, then check everything
	@$(MAKE) --no-print-directory check

check: $(VENV)/.installed-test ## Check format, lint, types, imports and run the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile

check-long: $(VENV)/.installed-test browser ## Run the tests that take minutes
	$(BIN)/python -m pytest -m long

bench: $(VENV)/.installed-test ## Measure turns per second beside the floors, in one run
	$(BIN)/python -m tests.bench

format: $(VENV)/.installed-test ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Debian's chromium is installed where that can be done without asking; elsewhere the browser tests fail and say what to install.
browser:
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null \
		|| echo "chromium could not be installed: the browser tests will fail. Install chromium."; \
	else \
		echo "No chromium found: the browser tests will fail. Install chromium, chromium-browser or google-chrome."; \
	fi
endif

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Ombud needs Python 3.11 or later: install it, or say which one: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: constraints.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Ombud runs on (once; about half a minute)"
	$(PIP) install --require-hashes -r constraints.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-test: constraints-test.txt $(VENV)/.installed
	@echo "Installing what the tests need"
	$(PIP) install --require-hashes -r constraints-test.txt
	@touch $@

LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --group build \
	--no-config --no-emit-index-url --no-header --no-annotate --quiet

lock: $(VENV)/bin/python ## Choose the newest allowed versions and write both lock files anew
	$(PIP) install uv
	$(LOCK) --upgrade -o constraints.txt
	$(LOCK) --upgrade --extra test -c constraints.txt -o constraints-test.txt

clean: ## Remove what the targets made; data of an installation stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
