# Two commands for a newcomer: `make local` and `make test`. `make` alone lists the others.

PYTHON ?= python3
PYTEST_ARGS ?=
# Four processes: two look at applied platforms, which is mostly waiting, and two run the rest.
PYTEST_ALL := -n 4 --no-loadscope-reorder
# Three processes for two processors, since some tests wait for servers that they start.
PYTEST_FAST := -n 3 --no-loadscope-reorder
VENV := .venv
RUN := $(VENV)/bin/python
PIPENV_VERSION := 2026.10.3
STAMP := $(VENV)/.installed

# Without bytecode on disk every run would compile the AWS bindings again.
unexport PYTHONDONTWRITEBYTECODE
# A virtualenv that happens to be active is not the project's.
unexport VIRTUAL_ENV
unexport PYTHONPATH

# Machines without a provider registry carry an unpacked provider, and a script that tells Terraform where it is.
OFFLINE := $(wildcard ../shared/bin/terraform-offline)
ifeq ($(wildcard $(or $(TF_CLI_CONFIG_FILE),none)),)
ifneq ($(OFFLINE),)
export TF_CLI_CONFIG_FILE := $(shell $(OFFLINE))
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install local clean-local synth certificates docs test test-airflow test-fast test-long snapshots lint format bench lock compose

help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: $(STAMP)  ## Install everything from Pipfile.lock into .venv

$(STAMP): Pipfile.lock scripts/install.sh
	@PYTHON="$(PYTHON)" PIPENV_VERSION="$(PIPENV_VERSION)" sh scripts/install.sh

local: install  ## From nothing to an applied platform on the embedded AWS
	@./windlass local apply

clean-local: install  ## Destroy that platform, with its saved copies and DAG repositories, and stop the embedded AWS
	@./windlass local clean

synth: install  ## Write the Terraform JSON of every environment
	@for file in environments/*.toml; do ./windlass synth "$$(basename "$$file" .toml)" || exit $$?; done

test: install  ## Run all tests
	$(RUN) -m pytest $(PYTEST_ALL) $(PYTEST_ARGS)

test-airflow: install  ## Of these, only those of what make local runs: DAGs, switches, kills, rotations
	$(RUN) -m pytest -m airflow $(PYTEST_ARGS)

test-fast: install  ## Run the tests that take seconds
	$(RUN) -m pytest $(PYTEST_FAST) -m "not slow and not platform" $(PYTEST_ARGS)

test-long: install  ## Run what takes up to an hour, part by part, and write docs/generated/long-tests.md
	$(RUN) -m scripts.long_tests

lint: install  ## Check style and types
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-cache

snapshots: install  ## Write the snapshots of the generated JSON; then read the diff
	$(RUN) -m pytest tests/layers/test_snapshots.py --update-snapshots -q

certificates: install  ## Renew the root certificates of databases and caches (npm)
	$(RUN) -m scripts.certificates

docs: install  ## Write the generated pages of the documentation, and the table of what AWS offers
	$(RUN) -m scripts.offers
	$(RUN) -m scripts.docs

format: install  ## Fix what ruff can fix
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

compose: install  ## Write docker/compose.yaml from the task definitions
	$(RUN) -m scripts.compose

bench: install  ## Measure starts of commands, synths against the stock bindings, and a switch under load
	$(RUN) -m scripts.bench

lock: install  ## Resolve Pipfile into Pipfile.lock, and the requirements of the images
	$(RUN) -m pip install --quiet "pipenv==$(PIPENV_VERSION)"
	$(RUN) scripts/lock.py
	$(RUN) docker/web/lock_requirements.py
	$(RUN) docker/airflow/lock_requirements.py
	$(RUN) tests/scanners/lock_requirements.py
