# Quorate. Needs Python >= 3.11 with its venv module, and make; everything else is fetched into .venv at exact versions.
#
#   make demo                    PYTHON=python3.12 make demo                    make demo ARGUMENTS="--members 7"

PYTHON ?= python3
ARGUMENTS ?=
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-$(notdir $(PYTHON))
DEV_STAMP := $(VENV)/.installed-dev-$(notdir $(PYTHON))
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
LOCK := --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-sources \
	--custom-compile-command "make lock" --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test check bench lock clean install install-dev
.DELETE_ON_ERROR:

help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install ## Start a consortium on this machine and watch it finalise real works (under a minute)
	@$(BIN)/quorate demo $(ARGUMENTS)

test: install-dev ## Run every test
	@$(PYTEST) $(ARGUMENTS)

check: install-dev ## Lint, types, import arrows and the quick tests (under two minutes)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PYTEST) -q -m "not slow" $(ARGUMENTS)

bench: install ## Measure four members on this machine and print the figures
	@$(BIN)/quorate bench $(ARGUMENTS)

lock: install-dev ## Renew requirements.lock and requirements-dev.lock (maintainers)
	@$(PIP_INSTALL) "uv>=0.5"
	@$(BIN)/uv pip compile pyproject.toml --extra build $(LOCK) --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra build --extra dev $(LOCK) \
		--constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove .venv and every cache; runs/ stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(RUN_STAMP)

install-dev: $(DEV_STAMP)

# A .venv made by another minor version of Python is made anew; the stamps bear the interpreter's name to notice it.
$(VENV)/.python-$(notdir $(PYTHON)):
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "$(PYTHON): does not run. Name an interpreter: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is $$($(PYTHON) --version); Quorate needs 3.11 or later. Name another: make PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module with pip. On Debian and Ubuntu: apt install python3-venv; then make again."; \
		exit 1; }
	@test -x $(BIN)/python && \
		test "$$($(BIN)/python -c 'import sys; print(sys.version_info[:2])')" = \
		"$$($(PYTHON) -c 'import sys; print(sys.version_info[:2])')" || { \
		echo "Making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear $(VENV); }
	@rm -f $(VENV)/.python-* $(VENV)/.installed-*
	@touch $@

$(RUN_STAMP): requirements.lock pyproject.toml $(VENV)/.python-$(notdir $(PYTHON))
	@echo "Installing what Quorate runs on (requirements.lock, by hash)"
	@$(PIP_INSTALL) --require-hashes --requirement requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo "Installing what its tests run on (requirements-dev.lock, by hash)"
	@$(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@
