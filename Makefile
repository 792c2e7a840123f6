# The commands of this project. `make` alone lists them.
# Nothing but Python 3.11 and make is needed for `make run`; the rest fetches what it needs.

PYTHON ?= python3
SET_UP := $(PYTHON) scripts/set_up.py
VENV_PYTHON := .venv/bin/python
MAKEFLAGS += --no-print-directory
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test lint fix seed bench bench-browser bench-gallery bench-imaging bench-worker soak lock clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: ## Start NanoEdit; PORT=8001 chooses another port, Ctrl-C stops it
	@$(SET_UP) runtime
	@exec $(VENV_PYTHON) -m nanoedit_site.up --with-parent

test: ## Run every test: Python, JavaScript, real servers, a real browser
	@$(SET_UP) dev node chromium rabbitmq
	@exec $(VENV_PYTHON) scripts/run_tests.py $(ARGS)

lint: ## Check style, types, imports, templates, migrations and settings
	@$(SET_UP) dev node
	@exec $(VENV_PYTHON) scripts/lint.py

fix: ## Format the code and repair what can be repaired by itself
	@$(SET_UP) dev
	@$(VENV_PYTHON) -m ruff check --fix --quiet . || true
	@$(VENV_PYTHON) -m ruff format --quiet .

seed: ## Fill the data folder with drawn pictures and jobs in every state
	@$(SET_UP) runtime
	@exec $(VENV_PYTHON) manage.py seed $(ARGS)

bench: ## Measure the parts that must be fast
	@$(SET_UP) dev chromium
	@for each in benchmarks/bench_*.py; do $(VENV_PYTHON) $$each $(ARGS) || exit 1; done

bench-browser: ## Paint, undo, zoom and write masks in a real browser, against the plain way
	@$(SET_UP) dev chromium
	@exec $(VENV_PYTHON) benchmarks/bench_browser.py $(ARGS)

bench-gallery: ## Ask for pages of the gallery among 1 000 to 100 000 edits, on SQLite and Postgres
	@$(SET_UP) dev chromium
	@exec $(VENV_PYTHON) benchmarks/bench_gallery.py $(ARGS)

bench-imaging: ## Take 24 and 50 megapixels through the whole line: time and memory of each step
	@$(SET_UP) dev
	@exec $(VENV_PYTHON) benchmarks/bench_imaging.py $(ARGS)

bench-worker: ## Measure one worker with 64 calls in flight, and how soon a job starts
	@$(SET_UP) dev
	@exec $(VENV_PYTHON) benchmarks/bench_worker.py $(ARGS)

soak: ## Break things at random for SECONDS (1200), with SEED (7), and count what was lost
	@$(SET_UP) dev
	@exec $(VENV_PYTHON) benchmarks/soak.py --seconds $(or $(SECONDS),1200) --seed $(or $(SEED),7) $(ARGS)

lock: ## Write the hashed locks anew from the .in files
	@$(PYTHON) scripts/write_locks.py

clean: ## Remove what was installed and built; your data in var/ stay
	rm -rf .venv .tools node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
