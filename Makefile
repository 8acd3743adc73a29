.DEFAULT_GOAL := help
.PHONY: help install install-dev run test test-sqlite test-postgres beside-postgres test-browser check fix bench

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CHROMIUM ?= /usr/bin/chromium
PYTEST := $(BIN)/python -m pytest
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

export PORT ?= 8000
export DATA_DIR := $(abspath $(or $(DATA_DIR),var))
export CHROMIUM

# $(call left-out,WHAT,HOW TO HAVE IT): says so where nobody can miss it, and fails where CI=true.
define left-out
{ printf '\n!!!!!!!! LEFT OUT: %s\n!!!!!!!! %s\n\n' $(1) $(2); [ "$$CI" != true ]; }
endef

help: ## what can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' Makefile

install: .venv/installed ## the virtual environment and the packages the portal needs

.venv/installed: requirements.txt tools/make_venv.py
	@$(PYTHON) tools/make_venv.py requirements.txt
	@touch $@

install-dev: .venv/installed-dev ## the packages that tests and checks need as well

.venv/installed-dev: requirements-dev.txt tools/make_venv.py
	@$(PYTHON) tools/make_venv.py requirements-dev.txt
	@touch .venv/installed $@

run: install ## the portal at http://localhost:PORT, with demonstration data when empty (PORT=, DATABASE_URL=, DATA_DIR=)
	@$(BIN)/python tools/make_secrets.py "$(DATA_DIR)"
	@$(BIN)/python manage.py migrate --no-input --verbosity 0
	@$(BIN)/python manage.py createcachetable --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/python manage.py seed_demo --seed 1 --if-empty
	@printf '\n共治 Gongzhi: http://localhost:%s (Ctrl+C stops it)\n' "$(PORT)"
	@$(BIN)/python manage.py seed_demo --sign-ins
	@exec $(BIN)/honcho start

test: test-sqlite test-postgres test-browser ## the whole suite: on SQLite, on a throw-away PostgreSQL, in Chromium

test-sqlite: install-dev ## all but the browser tests, on SQLite
	@printf '\n== Tests on SQLite\n'
	@env -u DATABASE_URL $(PYTEST) tests -q -n $(WORKERS) --dist worksteal -m "not browser"
	@command -v hledger > /dev/null || $(call left-out,'hledger on the exported books','apt install hledger')

test-postgres: install-dev ## what opens the database, on a throw-away PostgreSQL; then the journeys in the browser there
	@if tools/with_postgres --check; \
	then tools/with_postgres $(MAKE) --no-print-directory beside-postgres; \
	else $(call left-out,'the tests on PostgreSQL','apt install postgresql-15'); fi

# Both in one cluster, which is then migrated once.
beside-postgres:
	@printf '\n== Tests on PostgreSQL\n'
	@$(PYTEST) tests -q -n $(WORKERS) --dist worksteal -m "not browser"
	@printf '\n== Journeys in the browser on PostgreSQL\n'
	@if [ -x "$(CHROMIUM)" ]; \
	then $(PYTEST) tests/browser -q -n $(WORKERS) --dist worksteal -m journey; \
	else $(call left-out,'the journeys on PostgreSQL','apt install chromium fonts-noto-cjk'); fi

test-browser: install-dev ## the browser tests, on SQLite
	@printf '\n== Tests in the browser\n'
	@if [ -x "$(CHROMIUM)" ]; \
	then env -u DATABASE_URL $(PYTEST) tests/browser -q -n $(WORKERS) --dist worksteal; \
	else $(call left-out,'the browser tests','apt install chromium fonts-noto-cjk'); fi

CHECKS := style templates types layers migrations deployment translations vendored security audit
.PHONY: $(CHECKS:%=check-%) check-data

check: $(CHECKS:%=check-%) ## everything that can be judged without running the tests (make -k check: do not stop at the first)
	@printf '\nAll checks passed.\n'

# Checks that load the settings get keys and a folder of their own.
$(CHECKS:%=check-%): export DATA_DIR := $(CURDIR)/var/check
$(CHECKS:%=check-%): export DATABASE_URL := sqlite:///$(CURDIR)/var/check/portal.sqlite3
check-types check-migrations check-deployment: check-data

check-data: install-dev
	@$(BIN)/python tools/make_secrets.py $(CURDIR)/var/check > /dev/null

check-style: install-dev ## ruff: rules and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

check-templates: install-dev ## djlint
	@$(BIN)/djlint templates --lint --quiet

check-types: ## mypy, strict
	@$(BIN)/mypy

check-layers: install-dev ## import-linter
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo

check-migrations: ## the migrations say what the models say
	@$(BIN)/python manage.py makemigrations --check --dry-run

check-deployment: ## Django's own list for a real server
	@HTTPS=true ALLOWED_HOSTS=portal.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

check-translations: install-dev ## every text has its English
	@$(BIN)/python tools/check_translations.py

check-vendored: install-dev ## vendored files are what their manifests say
	@$(BIN)/python tools/check_vendored.py

check-security: install-dev ## bandit
	@$(BIN)/bandit --quiet --severity-level medium --recursive --configfile pyproject.toml .

check-audit: install-dev ## known holes in the pinned packages, where the network allows
	@$(BIN)/python tools/audit_packages.py requirements.txt requirements-dev.txt

fix: install-dev ## mend what ruff can mend
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: install-dev ## how much each page costs, against a bare Django list
	@$(BIN)/python bench/run.py
