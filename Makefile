# `make up` and `make test` need nothing but Python 3.11 or newer with venv and pip.
PYTHON ?= python3
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8001
BIN := $(VENV)/bin
VENV_1 := $(VENV)-datasette-1

.PHONY: up test test-datasette-1 lint bench clean

up: $(VENV)/.installed
	$(BIN)/evidence up --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

# The tests of pages on the alpha of Datasette 1.0, in an environment of its own: what is pinned stays the stable one.
test-datasette-1: $(VENV_1)/.installed
	$(VENV_1)/bin/python -m pytest --numprocesses auto --dist loadfile tests/publish $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench $(ARGS)

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; set it with: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,lint]'
	@touch $@

$(VENV_1)/.installed: pyproject.toml constraints.txt constraints-datasette-1.txt
	test -x $(VENV_1)/bin/python || $(PYTHON) -m venv $(VENV_1)
	grep -v '^datasette==' constraints.txt >$(VENV_1)/constraints.txt
	$(VENV_1)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(VENV_1)/constraints.txt \
	  --constraint constraints-datasette-1.txt --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) $(VENV_1) build *.egg-info
