# What one does with a checkout: make serve, make test, make check. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(BIN)/pip install --constraint constraints.txt --editable
SOURCES := $(shell find frontend -name node_modules -prune -o -print)
WIRE := frontend/src/protocol/wire.gen.ts
# Node comes from PyPI where the PATH has none that is new enough (hatch_build.py asks the same).
NODE := $(shell command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(Number(a < 20 || (a === 20 && b < 19)))' 2>/dev/null || echo ,node)

export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The pins hold for the build's own environment too: pip has named this twice.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt

.PHONY: serve test check map types page clean
.DELETE_ON_ERROR:

serve: $(VENV)/.installed server/ebm_server/static/index.html  ## the laboratory in the browser; ARGS="--port 8080"
	@exec $(BIN)/ebm serve $(ARGS)

test: $(VENV)/.developed server/ebm_server/static/index.html frontend/node_modules/.package-lock.json  ## every test; ARGS="-k moons", or ARGS="--cov" for the lines that they run
	$(BIN)/python tests/browser.py
	npm --prefix frontend test
	$(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

check: $(VENV)/.developed frontend/node_modules/.package-lock.json  ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	npm --prefix frontend run check
	@node frontend/scripts/types.mjs $(VENV)/wire.gen.ts
	@diff $(WIRE) $(VENV)/wire.gen.ts || { echo "$(WIRE) is not what the server's models give (>): make types writes it anew." >&2; exit 1; }

map: $(VENV)/.developed  ## the rooms in ARCHITECTURE.md, from what the code imports
	$(BIN)/python -m tests.rooms --write

types: $(VENV)/.developed frontend/node_modules/.package-lock.json  ## the page's types, from the server's models
	npm --prefix frontend run --silent types

page: server/ebm_server/static/index.html  ## the page alone

clean:  ## remove what was made
	rm -rf $(VENV) server/ebm_server/static ebm_core/networks/libperceptron.so frontend/node_modules dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("EBM Lab needs Python 3.11 or newer and found " + sys.version.split()[0] + "; choose another: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt hatch_build.py ebm_core/networks/perceptron.c | $(BIN)/python
	@echo "Installing EBM Lab into $(VENV) and building the page; the first time takes minutes."
	$(INSTALL) .
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	$(INSTALL) '.[dev$(NODE)]'
	@touch $@

server/ebm_server/static/index.html: $(SOURCES) | $(VENV)/.installed
	$(INSTALL) . --no-deps
	@touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json | $(VENV)/.developed
	npm --prefix frontend ci
	@touch $@
