# `make demo` and `make test` do all the set-up that they need.

PYTHON ?= python3
VENV := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where a user or CI sets this, the tests would be compiled again in each run.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
BENCH := .bench
WHEEL := .wheel
TESTS :=
ARGS :=
BASE := HEAD^
SECONDS := 60
SEED :=
RESOLUTION :=

# Reports a missing Python before anything else fails.
NEEDED := $(PYTHON) -c 'import sys, ensurepip; assert sys.version_info >= (3, 10)' 2>/dev/null || \
	  { echo 'this needs Python 3.10 or newer and its venv package: apt-get install python3-venv' >&2; exit 1; }

.PHONY: help demo test coverage check lint types fuzz format generate drift bench dist test-wheel
.PHONY: release clean

help:
	@echo 'make demo      serve the Iris model and call it'
	@echo 'make test      run the tests in six processes, in two minutes at most'
	@echo 'make coverage  run the tests again, and report what they do not reach'
	@echo 'make check     run the other gates: format, lint, types, layers'
	@echo 'make fuzz      run smrt with random input for SECONDS=60; see tests/fuzz/__main__.py'
	@echo 'make format    format the code'
	@echo 'make generate  write man pages, completions and the tables of the docs'
	@echo 'make drift     compare the table of operations with the newest botocore'
	@echo 'make bench     measure smrt against aws, boto3 and curl; see benchmarks/__main__.py'
	@echo 'make dist      build the sdist and the wheel of the last commit, reproducibly, in dist/'
	@echo 'make test-wheel  run all gates on the installed wheel of the last commit, with PYTHON=python3'
	@echo 'make release   move the unreleased changes to VERSION=X.Y.Z; see docs/releasing.md'
	@echo 'make clean     remove the virtual environments and what the tools left'

demo: $(VENV)/demo
	@PATH="$(CURDIR)/$(BIN):$$PATH" smrt local run iris=examples/iris -- sh examples/iris/demo.sh

test: $(VENV)/dev
	$(BIN)/python -m pytest -n 6 --dist worksteal $(TESTS)

coverage: $(VENV)/dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 6 --dist worksteal --hypothesis-profile=thorough
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: lint types

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(VENV)/dev
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(ARGS)

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(VENV)/dev
	$(BIN)/python -m tests.tools.generate

drift: $(VENV)/python
	$(PYTHON) -m venv --clear $(VENV)/drift
	$(VENV)/drift/bin/pip install --quiet --upgrade botocore click h11 httptools pytest
	$(VENV)/drift/bin/python -m tests.tools.drift

bench: $(BENCH)/peers
	$(BENCH)/bin/pip install --quiet --force-reinstall --no-deps .
	$(BENCH)/bin/python -m benchmarks.eventstream
	$(BENCH)/bin/python -m benchmarks.local_load
	$(BENCH)/bin/python -m benchmarks.instructions --base $(BASE)
	$(BENCH)/bin/python -m benchmarks.many_calls
	$(BENCH)/bin/python -m benchmarks.batch_runs
	$(BENCH)/bin/python -m benchmarks.load_test
	$(BENCH)/bin/python -m benchmarks.installation
	$(BENCH)/bin/python -m benchmarks $(ARGS)

dist: $(VENV)/dev
	$(BIN)/python -m tests.tools.dist

# The tree of the sdist without the package: whatever imports smrt, imports the installed wheel. Its
# make has nothing to install. The wheel has the bytes of the package (tests/test_distribution.py,
# which needs the package itself), so ruff has nothing to add. RESOLUTION is that of uv: lowest-direct
# or highest; boto3 and its botocore, with which tests compare smrt, stay those of pyproject.toml.
test-wheel: dist
	rm -rf $(WHEEL)
	mkdir $(WHEEL)
	tar -xzf dist/*.tar.gz -C $(WHEEL) --strip-components 1
	rm -r $(WHEEL)/smrt $(WHEEL)/tests/test_distribution.py
	$(PYTHON) -m venv $(WHEEL)/$(VENV)
	$(WHEEL)/$(BIN)/pip install --quiet "$$(ls dist/*.whl)[dev]"
	$(if $(RESOLUTION),uv pip install --python $(WHEEL)/$(BIN)/python --upgrade \
	  --resolution $(RESOLUTION) -r pyproject.toml --extra local --extra local-async \
	  $$(grep -o 'boto3==[0-9.]*' pyproject.toml))
	touch $(addprefix $(WHEEL)/$(VENV)/,python dev demo)
	cd $(WHEEL) && $(BIN)/python -c 'import smrt, sysconfig; \
	  assert smrt.__file__.startswith(sysconfig.get_path("purelib")), smrt.__file__'
	bash $(WHEEL)/.ci/gates

release: $(VENV)/dev
	$(BIN)/python -m tests.tools.release $(VERSION)

clean:
	rm -rf $(VENV) $(BENCH) $(WHEEL) dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf .import_linter_cache

# Each stamp is newer than what it was made from.
$(VENV)/demo: $(VENV)/python
	$(BIN)/pip install --quiet --editable .
	@touch $@

# Collecting the tests compiles them, which else each process of the first run does.
$(VENV)/dev: $(VENV)/python
	$(BIN)/pip install --quiet --editable '.[dev]'
	@-$(BIN)/python -m pytest --collect-only >/dev/null
	@touch $@

$(VENV)/python: pyproject.toml
	@$(NEEDED)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(BENCH)/peers: pyproject.toml
	@$(NEEDED)
	$(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/pip install --quiet '.[bench]'
	$(PYTHON) -m venv $(BENCH)/awscurl
	$(BENCH)/awscurl/bin/pip install --quiet awscurl
	@touch $@
