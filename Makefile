# `make plan` and `make test` on a machine with git, make and Python 3.11 or newer.
# make PYTHON=/path/to/python   another interpreter
# make test PYTEST_ARGS='-k roads'

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
LOCK   := requirements.lock
PYTHON ?=
PYTEST_ARGS ?=
SCENARIOS := $(sort $(wildcard scenarios/*.yaml))

# A laptop without a network installs from the folder that `make wheelhouse` filled; filling it anew
# does not start from what an older lock put there.
ifneq ($(and $(wildcard wheelhouse/*.whl),$(if $(filter wheelhouse,$(MAKECMDGOALS)),,yes)),)
SOURCE := --no-index --find-links wheelhouse
else
SOURCE :=
endif

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: help plan test bench desk wheelhouse lint lock words clean
.DELETE_ON_ERROR:

help:
	@echo 'make plan        solve and verify the shipped scenarios; documents in out/'
	@echo 'make test        the whole test suite with coverage'
	@echo 'make bench       us beside the peers, as a table, JSON and a picture'
	@echo 'make desk        the browser app, on this machine alone'
	@echo 'make wheelhouse  fill wheelhouse/ for a laptop without a network'
	@echo 'make lint        ruff and mypy'
	@echo 'make lock        renew requirements.lock from pyproject.toml'
	@echo 'make words       renew the .po files of desk and documents from the words in the code'
	@echo 'make clean       remove out/ and caches (not .venv or wheelhouse)'

$(BIN)/python:
	@set -e; python=; \
	for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	  then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo 'Python 3.11 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3' >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "$$python cannot make virtual environments (ensurepip is missing). On Debian and Ubuntu:" >&2; \
	  echo '  sudo apt-get install -y python3-venv' >&2; \
	  exit 1; \
	fi; \
	echo "making $(VENV) with $$("$$python" --version)" >&2; \
	"$$python" -m venv $(VENV)

# The lock is complete, so pip resolves nothing (--no-deps): where a dependency is named with an extra,
# a resolver looks for newer versions, which have no hash here. `pip check` tells what would be missing.
$(STAMP): $(LOCK) pyproject.toml | $(BIN)/python
	@echo 'installing the locked packages (the first time takes some minutes)' >&2
	@$(BIN)/python -m pip install --quiet $(SOURCE) --require-hashes --no-deps --requirement $(LOCK)
	@$(BIN)/python -m pip install --quiet --no-index --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check >/dev/null || { $(BIN)/python -m pip check; exit 1; }
	@touch $@

plan: $(STAMP)
	@test -n '$(SCENARIOS)' || { echo 'no scenario in scenarios/' >&2; exit 1; }
	@set -e; for file in $(SCENARIOS); do \
	  name=$$(basename "$$file" .yaml); \
	  $(BIN)/planner plan "$$file" --out "out/$$name"; \
	  $(BIN)/planner verify "out/$$name/plan.json"; \
	done

# Two workers; a file stays with one of them, so that each case is planned once.
test: $(STAMP)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-report=term $(or $(PYTEST_ARGS),--cov-fail-under=90)

# Us beside the peers in one run; public instances from the folder that PEER_INSTANCES names.
bench: $(STAMP)
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

desk: $(STAMP)
	@$(BIN)/planner desk

# For this kind of machine and this Python; the packages are the ones whose hashes the lock holds.
wheelhouse: $(STAMP)
	@rm -rf wheelhouse
	@$(BIN)/python -m pip download --quiet --require-hashes --no-deps --prefer-binary \
	  --requirement $(LOCK) --dest wheelhouse
	@$(BIN)/python -m hatchling build -t wheel -d wheelhouse
	@echo 'Copy this folder, wheelhouse/ included, to the laptop: make installs from it.'

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lock: | $(BIN)/python
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet 'uv>=0.6'
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --fork-strategy fewest --extra dev --extra map --custom-compile-command 'make lock' \
	  --output-file $(LOCK) pyproject.toml

# Every visible text of the desk and of the documents, for the translators: new ones come in empty,
# those no longer in the code go, what is translated stays. A plural stands as counted("one", "many", n).
words: $(STAMP)
	@mkdir -p out
	@$(BIN)/pybabel --quiet extract --keyword=_ --keyword=pattern --keyword=counted:1,2 \
	  --no-location --sort-by-file --no-wrap --project='Safe Passage' --output=out/desk.pot planner/ui
	@$(BIN)/pybabel --quiet extract --mapping=pyproject.toml --no-location --sort-output \
	  --no-wrap --project='Safe Passage' --output=out/documents.pot \
	  planner/charts planner/documents planner/manifest planner/redact planner/wording
	@set -e; for file in planner/ui/locale/*.po planner/wording/locale/*.po; do \
	  case "$$file" in planner/ui/*) pot=desk;; *) pot=documents;; esac; \
	  $(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	    --no-wrap --locale="$$(basename "$$file" .po)" --input-file="out/$$pot.pot" --output-file="$$file"; \
	  done

clean:
	@rm -rf out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
