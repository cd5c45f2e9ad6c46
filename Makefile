# make lab | run | test: each sets up .venv first if it is missing. `make help` lists the rest.
# No make? `python -m helpers.setup lab` does the same (helpers/setup.py).

PYTHON ?= python3
SETUP := $(PYTHON) -m helpers.setup

.DEFAULT_GOAL := help
.PHONY: help setup lab run test lint notebooks weekly stop lock clean

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## make .venv with everything in it
	@$(SETUP)

lab: ## open JupyterLab on notebook 00, in copies of your own
	@$(SETUP) lab $(ARGS)

run: ## execute every notebook headless, in order; HTML goes to build/course/
	@$(SETUP) run $(ARGS)

test: ## the whole test suite, notebooks included
	@$(SETUP) test $(ARGS)

lint: ## mend what can be mended in the style of the code
	@$(SETUP) lint

notebooks: ## run each notebook alone, from nothing, and save it with its outputs
	@$(SETUP) notebooks $(ARGS)

weekly: ## look for newer dependencies, dead links and old prices (needs the network)
	@$(SETUP) weekly $(ARGS)

stop: ## stop the local endpoint, and the one that checks of exercises run on
	@$(SETUP) stop

lock: ## pin the newest versions that pyproject.toml allows (needs uv and the network)
	uv pip compile --quiet --universal --upgrade --generate-hashes --python-version 3.11 \
	  --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --upgrade --generate-hashes --python-version 3.11 \
	  --custom-compile-command "make lock" --group test -c requirements.lock \
	  --output-file requirements-test.lock

clean: stop ## remove .venv and what was built; your work/ and .localaws/ stay
	rm -rf .venv build .pytest_cache .ruff_cache .hypothesis *.egg-info
