# gptlab: every command of the README. Each target first sets up what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run lab lessons test book bench assets clean

run: $(VENV)/.course          ## build a small ChatGPT, end to end
	$(BIN)/gptlab run $(ARGS)

lab: $(VENV)/.course          ## open the course in JupyterLab
	$(BIN)/gptlab lab $(ARGS)

lessons: $(VENV)/.course      ## run the lessons and keep what they print: make lessons ARGS="0 1"
	$(BIN)/python -m dev.make_lessons $(ARGS)

test: $(VENV)/.test $(VENV)/.book   ## everything that is checked, the website with it
	$(BIN)/python -m pytest -n 2 --dist loadscope $(ARGS)
	$(BIN)/ruff check gptlab solutions tests benchmarks dev

book: $(VENV)/.book           ## the website, in book/_build/html
	$(BIN)/python -m dev.book.make $(ARGS)

bench: $(VENV)/.test          ## speed beside peers, then 20 kills of a run
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/kills.py

assets: $(VENV)/.course       ## train the shipped model again (gptlab run --help says how long)
	$(BIN)/python -m dev.ship_model $(ARGS)

$(VENV)/.course: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q torch==2.13.0 -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps -e .
	touch $@

$(VENV)/.test: $(VENV)/.course requirements-test.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q torch==2.13.0 -r requirements-test.txt
	touch $@

$(VENV)/.book: requirements-book.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-book.txt
	touch $@

clean:
	rm -rf $(VENV) runs .pytest_cache book/_build
