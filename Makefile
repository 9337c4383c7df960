# Every command that a person or CI runs. `make demo` and `make test` work straight after a clone.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: venv demo test check format bench constraints clean

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

demo: venv
	$(BIN)/novastack demo

test: venv
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow' --benchmark-disable tests

check: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs/test_links.py

format: venv
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Side by side with peers, which are installed outside the tree; BENCH="chat --rounds 3" measures one row (--help says more).
bench: venv
	$(BIN)/python -m pytest -q -m 'not slow' tests/benchmarks --benchmark-only
	cd tests && ../$(BIN)/python -m benchmarks $(BENCH)

# Renews constraints.txt from the newest releases that pyproject.toml allows.
constraints:
	rm -rf .venv-constraints
	$(PYTHON) -m venv .venv-constraints
	.venv-constraints/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	.venv-constraints/bin/python -m pip freeze --exclude-editable > constraints.txt
	rm -rf .venv-constraints

clean:
	rm -rf .venv .ruff_cache .mypy_cache .pytest_cache .import_linter_cache .hypothesis dist
