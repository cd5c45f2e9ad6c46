# make lab | run | test: each sets up .venv first if it is missing. `make help` lists the rest.

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PYTHON ?= python3
READY := .venv/.ready
WITH_VENV := PATH="$(CURDIR)/$(BIN):$$PATH"
# Containers like to set it. Then each of a hundred processes compiles the same thousand modules.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup lab run test lint notebooks weekly stop lock clean

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv with everything in it

# uv where it is there (seconds), venv and pip where it is not (a minute or two). uv does not compile
# what it installs: `sam` and the endpoint would do it when they are first asked, or at each start.
$(READY): requirements.lock pyproject.toml Makefile
	@if command -v uv >/dev/null 2>&1; then \
	  echo "Setting up .venv with uv ..." && \
	  { test -x $(BIN)/python || uv venv --quiet --seed --python "$(PYTHON)" .venv; } && \
	  uv pip install --quiet --python $(BIN)/python -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --editable . ; \
	else \
	  echo "Setting up .venv with $(PYTHON) and pip (a minute or two) ..." && \
	  { test -x $(BIN)/python || $(PYTHON) -m venv .venv; } && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . ; \
	fi
	@$(BIN)/python -W ignore -m compileall -qq -j 0 -x '[/\\]tests?[/\\]' .venv helpers || true
	@touch $@

lab: $(READY) ## open JupyterLab on notebook 00, in copies of your own
	@$(WITH_VENV) python -m helpers.lab $(ARGS)

run: $(READY) ## execute every notebook headless, in order; HTML goes to build/course/
	@$(WITH_VENV) python -m helpers.run_all

# Three at once: most of a test's time goes by while a `sam` or a kernel starts and waits.
test: $(READY) ## the whole test suite, notebooks included
	@$(WITH_VENV) ruff check . && $(WITH_VENV) ruff format --check .
	@$(WITH_VENV) python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(READY) ## mend what can be mended in the style of the code
	@$(WITH_VENV) ruff check --fix . && $(WITH_VENV) ruff format .

notebooks: $(READY) ## run each notebook alone, from nothing, and save it with its outputs
	@$(WITH_VENV) python -m helpers.contents
	@$(WITH_VENV) python -m helpers.run_all --in-place $(ARGS)

weekly: $(READY) ## look for newer dependencies, dead links and old prices (needs the network)
	@$(WITH_VENV) python -m helpers.weekly $(ARGS)

stop: ## stop the local endpoint, and the one that checks of exercises run on
	@test ! -e $(READY) || $(WITH_VENV) python -m helpers.localaws stop
	@test ! -e $(READY) || test ! -e .localaws/checks || \
	  LOCALAWS_HOME="$(CURDIR)/.localaws/checks" $(WITH_VENV) python -m helpers.localaws stop >/dev/null

lock: ## pin the newest versions that pyproject.toml allows (needs uv and the network)
	uv pip compile --quiet --universal --upgrade --python-version 3.11 pyproject.toml \
	  --custom-compile-command "make lock" --output-file requirements.lock

clean: stop ## remove .venv and what was built; your work/ and .localaws/ stay
	rm -rf .venv build .pytest_cache .ruff_cache .hypothesis *.egg-info
