# gptlab: every command of the README. Each target first sets up what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q
QUICK := not slow and not lesson and not browser

.DEFAULT_GOAL := help
.PHONY: help run lab lessons check test lint format types lock book bench trl assets clean

help:                         ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.course          ## build a small ChatGPT, end to end
	$(BIN)/gptlab run $(ARGS)

lab: $(VENV)/.course          ## open the course in JupyterLab
	$(BIN)/gptlab lab $(ARGS)

lessons: $(VENV)/.course      ## run the lessons and keep what they print: make lessons ARGS="0 1"
	$(BIN)/python -m dev.make_lessons $(ARGS)

check: lint $(VENV)/.test     ## form, and every test without a kernel, a browser or training: a minute or two
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m "$(QUICK)" $(ARGS)

test: $(VENV)/.test $(VENV)/.book   ## everything that is checked, the website with it
	$(BIN)/python -m pytest -n 2 --dist loadscope $(ARGS)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint: $(VENV)/.test           ## form alone: ruff's rules and its layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.test         ## lay the code out, and mend what ruff can mend safely
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/.test          ## pyright, on the parts that pyproject.toml names (needs node)
	$(PIP) pyright==1.1.414
	$(BIN)/pyright

lock: $(VENV)/.test           ## make the requirements files again: make lock ARGS=--upgrade
	$(PIP) uv==0.13.9
	$(BIN)/python -m dev.lock $(ARGS)

book: $(VENV)/.book           ## the website, in book/_build/html
	$(BIN)/python -m dev.book.make $(ARGS)

bench: $(VENV)/.test          ## speed beside peers, then 20 kills of a run
	$(BIN)/gptlab bench $(ARGS)
	$(BIN)/python benchmarks/kills.py

trl:                          ## our PPO and DPO beside TRL 0.11.4: formulas and speed, in an environment of its own
	$(PYTHON) -m venv .venv-trl
	.venv-trl/bin/python -m pip install --disable-pip-version-check -q -e ".[trl]"
	.venv-trl/bin/python -m pytest tests/rooms/test_ppo_trl.py tests/exercises/alignment/test_outside_formulas.py
	.venv-trl/bin/python benchmarks/ppo_trl.py $(ARGS)

assets: $(VENV)/.course       ## train the shipped model again (gptlab run --help says how long)
	$(BIN)/python -m dev.ship_model $(ARGS)

clean:                        ## remove .venv, runs and what was built
	rm -rf $(VENV) .venv-trl runs .pytest_cache book/_build build

$(VENV)/.course: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0 -r requirements.txt
	$(PIP) --no-deps -e .
	touch $@

$(VENV)/.test: $(VENV)/.course requirements-test.txt
	$(PIP) torch==2.13.0 -r requirements-test.txt
	touch $@

$(VENV)/.book: requirements-book.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements-book.txt
	touch $@
