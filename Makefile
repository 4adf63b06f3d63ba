# Two commands for a newcomer: `make drill` and `make test`. `make help` lists the rest.
# Everything is installed into .venv from the hash-pinned locks, nothing anywhere else.

PYTHON ?= python3
CASE ?= ./drill-case
JOBS ?= 2
# Where the shell says so, each of the hundreds of interpreters that the tests start would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# The stamps are named after what they stand for, so another branch's lock is noticed whatever its date.
key = $(shell cat pyproject.toml $(1) 2>/dev/null | cksum | cut -d ' ' -f 1)
RUN := $(VENV)/run-$(call key,requirements/run.txt)
DEV := $(VENV)/dev-$(call key,requirements/run.txt requirements/build.txt requirements/dev.txt)
GENERATED = $(shell grep -l '\[\[\[cog' README.md docs/*.md)

.DEFAULT_GOAL := help
# Two targets at once would fight over the virtual environment; those of `test` share one.
ifndef BESIDE
.NOTPARALLEL:
endif
.PHONY: help drill test lint unit docs-check torture mutants bench docs lock clean python tools \
	install-run install-rest

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

drill: $(RUN) ## preserve, seal and verify a breached account on an embedded AWS
	$(BIN)/forensics drill $(CASE)

test: python ## run every check that CI runs
	@$(MAKE) --no-print-directory -j 2 BESIDE=yes lint unit docs-check

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(DEV) tools
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --fail-under=100

docs-check: $(DEV)
	$(BIN)/cog --check $(GENERATED)
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md docs forensics tests

torture: $(DEV) tools ## run the reliability tests with their full counts
	$(BIN)/python -m pytest -m torture --timeout 0 -s -p no:xdist

# Beside the development environment, not in it: 15 packages that nothing else needs.
MUTMUT := build/mutants/lib-$(call key,requirements/mutants.txt)
PARTS ?= formats ledger verifier

$(MUTMUT): requirements/mutants.txt | $(DEV)
	@$(INSTALL) $(WHEELS) --target $@ -r requirements/mutants.txt

mutants: $(DEV) $(MUTMUT) tools ## spoil the checks one by one, and count what no test notices (hours)
	@failed=0; for part in $(PARTS); do \
		PYTHONPATH=$(CURDIR)/$(MUTMUT) $(BIN)/python -m tests.mutants $$part || failed=1; done; exit $$failed

bench: $(DEV) tools ## measure what docs/benchmarks.md claims
	$(BIN)/python -m pytest -m bench --timeout 0 -s

docs: $(DEV) ## write the generated parts of the docs again
	$(BIN)/cog -r $(GENERATED)

# The locks hold no address, so an index or a mirror of your own is used as pip is set up; but no local
# folder of wheels, because its hashes would be the only ones in the lock. run.txt is held to dev.txt's versions.
PIP_TOOLS := pip-tools==7.6.2
COMPILE = env -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND='make lock' \
	build/lock/bin/pip-compile --quiet --generate-hashes --no-strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: python ## resolve the locks again (add UPGRADE=--upgrade for newer versions)
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install --quiet $(PIP_TOOLS)
	$(COMPILE) $(UPGRADE) -o requirements/build.txt requirements/build.in
	$(COMPILE) $(UPGRADE) --build-deps-for editable --extra dev --extra drill --extra tsa \
		-c requirements/build.txt -o requirements/dev.txt pyproject.toml
	$(COMPILE) $(UPGRADE) --build-deps-for editable --extra drill --extra tsa \
		-c requirements/dev.txt -o requirements/run.txt pyproject.toml
	$(COMPILE) $(UPGRADE) -c requirements/dev.txt -o requirements/mutants.txt requirements/mutants.in

clean: ## remove what make made, but no case
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find forensics tests -name __pycache__ -prune -exec rm -rf {} +

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "error: this needs Python 3.11 or newer, and $(PYTHON) is: $$($(PYTHON) --version 2>&1 | head -n 1)" >&2; \
		echo "hint: name a newer one, as in: make $(or $(MAKECMDGOALS),drill) PYTHON=python3.12" >&2; exit 1; }

tools:
	@.ci/tools

# Wheels only, so that nobody's setup.py runs, but for bagit: it has none, and the tests need it. The package
# itself is built by the lock's own build backend. No step fetches what has no hash here. Python compiles what it
# imports; to compile all that is installed, of which most is never imported, takes longer than to unpack it. Nor is
# anything resolved: the lock has all of it, which `check` sees to at the end. What a run needs and what only the
# development does are installed at the same time, no package by both: pip alone waits half of its time. They are
# targets, since make ends those with itself, and an `&` of the shell would go on after Ctrl-C.
INSTALL = $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-compile --no-deps
COMPLETE = $(BIN)/python -m pip --disable-pip-version-check check >&2
WHEELS := --require-hashes --only-binary :all:
REST := $(VENV)/rest.txt

define venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "hint: on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@rm -f $(VENV)/run-* $(VENV)/dev-*
	@echo "installing from $(1) into $(VENV) (once, about a minute)" >&2
endef

$(RUN): | python
	$(call venv,requirements/run.txt)
	@$(INSTALL) $(WHEELS) -r requirements/run.txt
	@$(INSTALL) --no-build-isolation --editable .
	@$(COMPLETE)
	@touch $@

$(DEV): | python
	$(call venv,requirements/dev.txt)
	@$(INSTALL) $(WHEELS) -r requirements/build.txt
	@awk -F '[=[]' 'NR == FNR { if (/^[^ #]/) run[$$1]; next } /^[^ #]/ { skip = $$1 in run } !skip' \
		requirements/run.txt requirements/dev.txt > $(REST)
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j 2) BESIDE=yes \
		install-run install-rest
	@$(INSTALL) --no-build-isolation --editable .
	@$(COMPLETE)
	@touch $@ $(RUN)

install-run:
	@$(INSTALL) $(WHEELS) -r requirements/run.txt

install-rest:
	@$(INSTALL) $(WHEELS) --no-binary bagit --no-build-isolation -r $(REST)
