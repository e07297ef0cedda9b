PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINNED = $(PIP) --require-hashes --no-deps -r
EDITABLE = $(PIP) --no-deps --no-build-isolation -e .

.PHONY: run test lint format bench stress soak snapshots man pictures strings package clean

run: $(VENV)/.app
	@$(BIN)/otp-tui $(ARGS)

# Each worker, and each program under test, would compile everything anew.
test stress soak bench: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(ARGS)

# The long forms of the property and crash tests, which take a while.
stress: $(VENV)/.dev
	OTP_TUI_STRESS=1 $(BIN)/python -m pytest --timeout=0 $(ARGS)

# All attacks on the real program, for about 15 minutes; writes docs/reliability.md.
soak: $(VENV)/.dev
	$(BIN)/python -m tests.soak $(ARGS)

snapshots: $(VENV)/.dev
	rm -rf tests/app/pictures
	$(BIN)/python -m pytest tests/app/test_snapshots.py -n 0 --new-pictures

# What is made from the program: the manual page, completions and the tables of formats.
man: $(VENV)/.dev
	$(BIN)/python -m tools.man_page
	$(BIN)/python -m tools.completions
	$(BIN)/python -m tools.formats_table

# The pictures of the README, from the real program.
pictures: $(VENV)/.dev
	$(BIN)/python -m tools.pictures

# Every string that users see, for a reader with fresh eyes.
strings: $(VENV)/.dev
	@$(BIN)/python -m tools.strings

# The wheel and the source distribution, in dist/.
package: $(VENV)/.package
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python -m twine check --strict dist/*

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Each kind of use takes the sections of constraints.txt above its own end.
$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing otp-tui and its libraries into $(VENV) …"
	@sed '/^# For development/,$$d' constraints.txt > $(VENV)/constraints.txt
	@$(PINNED) $(VENV)/constraints.txt
	@$(EDITABLE)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@sed '/^# To build packages/,$$d' constraints.txt > $(VENV)/constraints.txt
	@$(PINNED) $(VENV)/constraints.txt
	@$(EDITABLE)
	@touch $@ $(VENV)/.app

$(VENV)/.package: $(VENV)/.dev
	@$(PINNED) constraints.txt
	@touch $@
