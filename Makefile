# The front door. Needs python3 >= 3.11, git and make; uses uv when it is found.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVERYTHING := .[dev,train,postgresql]
MEASURED := .[dev,train,bench]
REPO ?=
ONCE ?=

.PHONY: help install dev demo test test-text cover lint lock sbom audit format bench fuzz schema clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.run ## .venv with the codechill command

dev: $(VENV)/.dev ## the same with everything that tests and training need

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "codechill needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	@if command -v uv >/dev/null 2>&1; then uv venv --quiet --python $(PYTHON) $(VENV); \
	else $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv"; exit 2; }; fi

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing codechill into $(VENV) ..."
	@$(call install,.)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing codechill, its tests and its training into $(VENV) ..."
	@$(call install,$(EVERYTHING))
	@touch $(VENV)/.run $@

$(VENV)/.bench: $(VENV)/.dev
	@$(call install,$(MEASURED))
	@touch $@

define install
if command -v uv >/dev/null 2>&1; then uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '$(1)'; \
else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(1)'; fi
endef

demo: $(VENV)/.run ## the main job on a real repository: make demo [REPO=path] [ONCE=1]
	@$(BIN)/codechill demo $(if $(REPO),--repo '$(REPO)') $(if $(ONCE),--once)

test: $(VENV)/.dev ## all tests
	$(BIN)/python -m pytest

# torch and what trains with it stand apart: neither the server nor other tests have them. pip alone, as its exact
# version of torch may be a build without a GPU that lies on the machine
TEXT := $(VENV)/text
$(TEXT)/.made: pyproject.toml constraints.txt
	@echo "Installing what trains models of text into $(TEXT) ..."
	@$(PYTHON) -m venv $(TEXT) && $(TEXT)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
	  -e '.[text]' pytest pytest-xdist hypothesis
	@touch $@

TRAINED := tests/scoring/pretraining tests/scoring/test_every_model.py
test-text: $(TEXT)/.made ## tests of models that read text, with torch
	$(TEXT)/bin/python -m pytest -k "pretraining or encoder or aligned" $(TRAINED)

cover: $(VENV)/.dev ## every line and branch of bot/policy is run by the tests of bot/policy
	$(BIN)/python -m pytest -q tests/bot/policy --deselect tests/bot/policy/test_calendar_oracle.py \
	  --cov=bot.policy --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

lint: $(VENV)/.dev ## style, types, and the way imports point
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# what a release is made and looked at with; never installed beside the server
RELEASE := $(VENV)/release
$(RELEASE)/.made: deploy/release-tools.txt
	@$(PYTHON) -m venv $(RELEASE) && $(RELEASE)/bin/pip install --quiet --disable-pip-version-check -r deploy/release-tools.txt
	@touch $@

LOCK := $(RELEASE)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-header \
  --no-annotate --no-emit-index-url --no-emit-find-links --constraint constraints.txt
lock: $(RELEASE)/.made ## hashes of the exact versions in constraints.txt, for every system: deploy/requirements.txt
	$(LOCK) --extra postgresql pyproject.toml -o deploy/requirements.txt
	$(LOCK) deploy/build.in -o deploy/build.txt

sbom: $(RELEASE)/.made ## what a release is made of, as CycloneDX: dist/sbom.json
	@mkdir -p dist
	$(RELEASE)/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --of JSON -o dist/sbom.json deploy/requirements.txt

audit: $(RELEASE)/.made ## known weaknesses of exactly those versions; asks a public service
	$(RELEASE)/bin/pip-audit --strict --require-hashes --disable-pip -r deploy/requirements.txt
	$(RELEASE)/bin/pip-audit --strict --require-hashes --disable-pip -r deploy/build.txt

format: $(VENV)/.dev ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench ## speed, as ratios against an anchor in the same run: make bench [REPO=path]
	$(BIN)/python -m bench.history --peer 100 $(if $(REPO),--repo '$(REPO)')
	$(BIN)/python bench/webhooks.py
	$(BIN)/python -m bench.latency $(if $(REPO),--repo '$(REPO)')

FUZZED := tests/bot/webhooks tests/bot/policy/test_config.py tests/bot/policy/test_chat.py tests/bot/test_render.py \
  tests/scoring/test_diff.py tests/scoring/semantics/test_laws.py tests/bot/sandbox/test_sandbox_markdown.py
FOR ?= 600
fuzz: $(VENV)/.dev ## hostile input to every parser, for long: make fuzz [FOR=seconds]
	$(BIN)/python -m bench.fuzz --seconds $(FOR)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest $(FUZZED)

clean: ## remove what was built
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
