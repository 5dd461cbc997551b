# `make bench` and `make test` set up what they need first; the stamps make a second call free.
.DEFAULT_GOAL := help
.PHONY: help setup bench claims load gate bench-mock serve test test-slow soak proof check format lock clean
VENV := .venv
BIN := $(VENV)/bin
# As many images set it, every process would compile anew what was changed since the set-up, tests first of all.
unexport PYTHONDONTWRITEBYTECODE
# Those that the tests use: of a package whose plugin is loaded by itself, pytest rewrites every module. With the
# profile that Hypothesis has for this, examples are the same every time.
PLUGINS := --disable-plugin-autoload $(addprefix -p ,overlap benchmark hypothesispytest randomly xdist) \
	--hypothesis-profile ci
# A process more than there are cores: they wait as much as they compute.
PYTEST = $(BIN)/python -m pytest $(PLUGINS) --dist worksteal -n $$(( $$(nproc 2>/dev/null || echo 2) + 1 ))
# The first Python that will do; a shim that answers nothing is passed over, and may hide the system's own.
first = $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python /usr/bin/python3; do \
	$$p -I harness/host/interpreter.py $(1) 2>/dev/null && echo $$p && break; done)
# One that was built with optimization, if there is any: without, as pyenv builds by default, every figure has more of
# the interpreter in it than where the code will be deployed. PYTHON=python3 takes it anyway.
PYTHON ?= $(or $(call first,--optimized),$(call first))

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.user ## make .venv with the pinned packages (done by itself when needed)

bench: $(VENV)/.user ## every strategy side by side on a real chain: table, report.html, report.md (< 2 min)
	@$(BIN)/overlap bench --max-time 105  # the report comes on top; a slow machine has fewer rounds

claims: $(VENV)/.user ## what tutorials say of LangChain's async execution, each claim measured (< 4 min)
	@$(BIN)/overlap claims

load: $(VENV)/.user ## mock server, example service and Locust's page; Ctrl-C ends it all
	@$(BIN)/overlap load

gate: $(VENV)/.user ## this tree against the commit it came from: pass, regressed or inconclusive (BASE=ref ARGS=…)
	@$(BIN)/overlap gate --pytest tests/benchmarks $(if $(BASE),--base $(BASE)) $(ARGS)

bench-mock: $(VENV)/.user ## the mock server itself: requests a second, lateness against streams, memory
	@$(BIN)/python -m overlap.mock_server.bench

serve: $(VENV)/.user ## the mock server alone, for your own tests
	@$(BIN)/overlap serve --port 8000

test: $(VENV)/.dev ## the test suite (< 3 min)
	@$(PYTEST) -m "not slow and not soak"

test-slow: $(VENV)/.dev ## the few end-to-end tests that are not in it: they take seconds each
	@$(PYTEST) -m slow

soak: $(VENV)/.dev ## what happens once in many times: a million requests, commands killed at random (minutes)
	@$(BIN)/python -m overlap.mock_server.bench.soak
	@$(PYTEST) -m soak $(ARGS)

proof: $(VENV)/.dev ## what reports print, held against truth that is known (< 5 min); exit 1 where one line is not kept
	@$(BIN)/python -m overlap.harness.proof $(ARGS)

check: $(VENV)/.dev ## linters, docstrings, types, spelling
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/codespell

format: $(VENV)/.dev ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

lock: ## pin the packages again, with hashes and without index addresses (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q \
		--no-annotate --custom-compile-command 'make lock' pyproject.toml requirements/build.in -o requirements/user.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q \
		--no-annotate --custom-compile-command 'make lock' --extra dev -c requirements/user.txt \
		pyproject.toml requirements/build.in -o requirements/dev.txt

clean: ## remove .venv and caches; results stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@python="$(PYTHON)"; \
	test -n "$$python" || { echo "no Python 3.11 or newer with venv found (Debian: apt install python3-venv); PYTHON= names one" >&2; exit 2; }; \
	echo "making $(VENV) with $$python, $$($$python --version)"; \
	if command -v uv >/dev/null; then uv venv -q --python $$python $(VENV); else $$python -m venv $(VENV); fi

$(VENV)/.user: $(VENV)/bin/python requirements/user.txt pyproject.toml
	@$(call install,user)

$(VENV)/.dev: $(VENV)/bin/python requirements/dev.txt pyproject.toml
	@$(call install,dev)
	@# Once, not in each of pytest's processes: compiled tests, and tables that the first of Hypothesis's texts needs.
	@$(BIN)/python -m pytest $(PLUGINS) --collect-only -q >/dev/null || true
	@$(BIN)/python -c 'from hypothesis import strategies; strategies.text().validate()'
	@touch $(VENV)/.user  # the developers' lock holds the users'

# $(1): which lock. The project itself is installed editable, without asking the index for anything more,
# and compiled: where PYTHONDONTWRITEBYTECODE is set, as it is in many images, every process would do that anew.
define install
echo "setting up $(VENV) from requirements/$(1).txt …"; \
if command -v uv >/dev/null; then \
	uv pip install -q --python $(BIN)/python --require-hashes -r requirements/$(1).txt && \
	uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
else \
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/$(1).txt && \
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
fi && { $(BIN)/python -m compileall -q src; touch $@; }
endef
