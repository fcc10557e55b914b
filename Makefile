# make demo: everything on this machine, with requests. make test: the whole suite. make fuzz: random calls, new ones each
# time. Needs Python 3.11 and make.
# Only relative paths here: the checkout may lie in a directory with a space in its name.

MAKEFLAGS += --no-print-directory --no-builtin-rules
# Where this is set, each of the hundreds of processes that a suite starts would compile all modules anew: half of its start.
unexport PYTHONDONTWRITEBYTECODE
PY := .venv/bin/python
MADE := .venv/made-from-lock
PYTHON ?= $(shell for p in python3.11 python3; do "$$p" -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" \
	2>/dev/null && echo "$$p" && break; done)
PORT ?= 8000
WORKERS ?= 2
CHECKED := $(wildcard catalog asyncops syncapi config manage.py tests benchmarks)
# mypy's Django plugin imports the settings, which want these
FOR_MYPY := BULKHEAD_SECRET_KEY=none DATABASE_URL=postgres://none REDIS_URL=redis://none
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate

.PHONY: demo serve test fuzz clients lint format bench chaos mutants reset lock

demo: $(MADE)
	@$(PY) -m config.devservices demo $(if $(ONCE),--once)

serve: $(MADE)
	@$(PY) -m config.devservices serve --port $(PORT) --workers $(WORKERS)

# Three processes keep two cores busy, since scenes wait. In the order of the files, so the long scenes come first: xdist
# would begin with the files that have many tests.
test: $(MADE)
	@$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: $(MADE)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),5000) $(PY) -m pytest -n 2 --dist loadfile \
		$(wildcard tests/syncapi/*/test_fuzzing.py) tests/catalog/test_like_one_by_one.py

clients: $(MADE)
	@$(PY) -m tests.clients $(if $(ONLY),--only $(ONLY)) $(if $(ARGS),-- $(ARGS))

lint: $(MADE)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(FOR_MYPY) $(PY) -m mypy $(CHECKED)
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

format: $(MADE)
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: $(MADE)
	@$(PY) -m config.devservices run -- $(PY) -m benchmarks $(if $(ONLY),--only $(ONLY))

chaos: $(MADE)
	@$(PY) -m tests.chaos $(ARGS)
	@BULKHEAD_TEST_REPEATS=10 $(PY) -m pytest -q tests/acceptance/test_order.py

mutants: $(MADE)
	@$(PY) -m tests.chaos.mutants $(ARGS)

reset: $(MADE)
	@$(PY) -m config.devservices reset

lock: $(MADE)
	$(LOCK) requirements.in --output-file requirements.lock
	$(LOCK) requirements-dev.in --output-file requirements-dev.lock

$(MADE): requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 is needed and not found; name it with make PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" || \
		{ echo "error: $(PYTHON) is not Python 3.11; name another with make PYTHON=..." >&2; exit 1; }
	@rm -rf .venv
	@echo "installing the locked requirements into .venv"
	@"$(PYTHON)" -m venv .venv >/dev/null 2>&1 || { rm -rf .venv .boot && \
		"$(PYTHON)" -m pip install --quiet --disable-pip-version-check --target .boot virtualenv && \
		PYTHONPATH=.boot "$(PYTHON)" -m virtualenv --quiet .venv; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@
