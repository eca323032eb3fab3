# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make help` says what there is. All that is made lies in folders named in .gitignore.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NOX := $(BIN)/nox --non-interactive --session
VERSION := $(shell sed -n 's/^version: //p' galaxy.yml)
ARTIFACT := .build/linux-tcp-$(VERSION).tar.gz
INSTALLED := .collections/ansible_collections/linux/tcp/MANIFEST.json
PACKED := galaxy.yml tools/build.py .ansible-lint $(wildcard *.md COPYING REUSE.toml tests/config.yml) \
	$(shell find LICENSES changelogs docs extensions/eda meta playbooks plugins roles -type f -not -path '*__pycache__*')

# Caches and Ansible's own files stay in the clone too.
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
export XDG_CACHE_HOME := $(CURDIR)/.cache
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The user's choices for `make apply`.
export INVENTORY LIMIT TIME INTVL PROBES CHECK EXTRA ARGS
# The addresses that go into the artifact.
export REPOSITORY ISSUES DOCUMENTATION HOMEPAGE
# TEST_ALL=1 lets a step run everything that it has, as in `make test-all`.
export TEST_ALL
# make quick TARGET_PYTHON=3.8 runs the unit tests on another Python.
export TARGET_PYTHON

# A misspelt name would be ignored, and so would one of another goal: each goal takes only PYTHON and its own settings.
SETTINGS_apply := INVENTORY LIMIT TIME INTVL PROBES CHECK EXTRA ARGS
SETTINGS_checked := $(SETTINGS_apply)
SETTINGS_quick := TARGET_PYTHON
SETTINGS_units-own := TARGET_PYTHON
SETTINGS_test := TEST_ALL
SETTINGS_test-all := TEST_ALL
SETTINGS_units := TEST_ALL
SETTINGS_molecule := TEST_ALL
SETTINGS_fleet := TEST_ALL
SETTINGS_cores := TEST_ALL
SETTINGS_differential := TEST_ALL TREES SEED
SETTINGS_faults := TEST_ALL SAMPLE SEED ONLY
SETTINGS_benchmark := WRITE
SETTINGS_lock := UPGRADE
SETTINGS_build := REPOSITORY ISSUES DOCUMENTATION HOMEPAGE
SETTINGS_release := $(SETTINGS_build)

GOALS := $(or $(MAKECMDGOALS),help)
SETTINGS := $(strip PYTHON $(foreach goal,$(GOALS),$(SETTINGS_$(goal))))
GIVEN := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
UNKNOWN := $(firstword $(sort $(filter-out $(SETTINGS),$(GIVEN))))
READERS := $(sort $(foreach list,$(filter SETTINGS_%,$(.VARIABLES)),$(if \
	$(filter $(UNKNOWN),$($(list))),$(list:SETTINGS_%=%))))
$(if $(UNKNOWN),$(error make $(GOALS) has no setting $(UNKNOWN). It has: $(SETTINGS).$(if \
	$(READERS), $(UNKNOWN) is for: $(READERS).) See 'make help'. Nothing was changed))

# A LIMIT in the environment may be another program's, or meant. To read one or ignore the other changes wrong hosts.
OUTSIDE := $(firstword $(foreach name,$(if $(filter apply checked,$(GOALS)),$(SETTINGS_apply)),$(if \
	$(and $(filter environment,$(origin $(name))),$(value $(name))),$(name))))
$(if $(OUTSIDE),$(error $(OUTSIDE) is set in the environment, which make apply does not read: give it as an argument, \
	such as 'make apply $(OUTSIDE)=…', or unset it. Nothing was changed))

# Each step of a test is a run of make with other settings. It finds TEST_ALL and TARGET_PYTHON in the environment.
MAKEOVERRIDES :=

# What a run as another user left here, such as `sudo make apply`, cannot be written to later.
FOREIGN := $(if $(filter-out 0,$(shell id -u)),$(shell find .venv .build .cache .collections .nox -maxdepth 1 \
	! -user $$(id -u) -printf '%p belongs to %u' -quit 2>/dev/null))
$(if $(and $(FOREIGN),$(filter-out help,$(GOALS))),$(error $(FOREIGN), because an earlier run was \
	another user's. Give the clone back: sudo chown -R $(shell id -un): $(CURDIR). Nothing was changed))

.DEFAULT_GOAL := help
.PHONY: help apply checked quick test test-all style lint types units units-own units-in-image browser examples sanity docs-lint \
	docs molecule fleet differential faults kernels cores benchmark eda importer build release changelog install packages runner collections lock clean
.DELETE_ON_ERROR:

help: ## Show this list (default)
	@echo 'make apply   set and keep TCP keepalive on this machine, or on a fleet:'
	@echo '               TIME= INTVL= PROBES=  the values; if none is given, report what this machine has'
	@echo '               CHECK=1               only show what would change'
	@echo '               INVENTORY= LIMIT=     other hosts, with the keepalive_* variables of the inventory'
	@echo '               EXTRA=                other role variables: EXTRA="keepalive_state=absent",'
	@echo '                                     EXTRA="keepalive_overrides=take_over"'
	@echo "                                     EXTRA='{\"keepalive_sockets\": [{\"units\": [\"nginx\"]}]}'"
	@echo '                                     EXTRA="keepalive_namespaces=true keepalive_container_defaults=true"'
	@echo '               ARGS=                 other arguments of ansible-playbook: ARGS="--forks=20"'
	@echo 'make quick     check a change in a minute and a half: style, types, unit tests; needs no root'
	@echo 'make test      install what the tests need, and prove each promise once (half an hour, as root)'
	@echo 'make test-all  run everything there is, on every host, every Python and three releases of ansible-core'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo 'PYTHON=python3.12 takes another interpreter than python3 (3.11 or newer) when .venv is made.'

apply: checked $(INSTALLED) ## Set and keep the values (see above)
	@tools/apply.sh

# Before anything is installed.
checked:
	@tools/apply.sh check

quick: $(BIN)/python ## Check style, types and unit tests on this Python, without root: TARGET_PYTHON=3.8 takes another
	@$(BIN)/python tools/run_steps.py quick

test: $(BIN)/python ## Prove each promise once, with a summary of what passed and how long it took
	@$(BIN)/python tools/run_steps.py test

test-all: $(BIN)/python ## Run everything there is; TEST_ALL=1 does so for a single step
	@$(BIN)/python tools/run_steps.py test-all

style: runner ## Check formatting, style, lock files and workflows
	@$(NOX) style

lint: runner ## Check playbooks and roles, changelog, licences and the artifact's contents
	@$(NOX) lint reuse

importer: runner ## Import the artifact as Galaxy and Automation Hub do
	@$(NOX) importer

# Debian's Java runs the rules engine.
eda: runner packages ## Run the rulebook with ansible-rulebook, which finds and fixes drift
	@command -v java >/dev/null || tools/install_packages.sh default-jre-headless
	@$(NOX) eda

types: runner ## Check types with mypy, strictly
	@$(NOX) types

units-own: runner ## Run the unit tests on this Python only, or on another: TARGET_PYTHON=3.8
	@$(NOX) units-own $(if $(TARGET_PYTHON),--force-python $(TARGET_PYTHON) --error-on-missing-interpreters)

units: runner ## Run the unit tests on the oldest, the newest and this Python, with coverage on this one
	@rm -rf .cache/coverage
	@$(NOX) units coverage

units-in-image: runner packages ## Run the unit tests on Debian testing's Python, in its image
	@$(NOX) units-in-image

browser: runner ## Look at the audit's report with Chromium, pictures in .build/browser
	@{ command -v chromium && command -v chromedriver; } >/dev/null || tools/install_packages.sh chromium chromium-driver
	@$(NOX) browser

examples: runner packages ## Check the examples for containers with the programs and schemas that they are for
	@tools/install_packages.sh catatonit docker-compose
	@$(NOX) examples

sanity: runner packages ## Run ansible-test sanity
	@$(NOX) sanity

docs-lint: runner ## Check the documentation of modules, role and guides
	@$(NOX) docs-lint

docs: runner ## Render guides and reference to .build/html
	@$(NOX) docs

molecule: runner packages ## Run all scenarios on containers
	@$(NOX) molecule

fleet: runner packages ## Run rollouts, audits and checks on light hosts behind SSH, some of which fail on purpose
	@$(NOX) fleet

# TREES says how many, SEED is that of the first.
differential: runner packages ## Compare predicted boots with the real loaders: TREES=10000 SEED=1
	@$(NOX) differential -- $(if $(TREES),--trees=$(TREES)) $(if $(SEED),--seed=$(SEED))

# SAMPLE says how many runs, all are SAMPLE=0; ONLY is one as it is printed.
faults: runner packages ## Run the modules with faults in their system calls: SAMPLE=1000 SEED=1
	@$(NOX) faults -- $(if $(ONLY),--only='$(ONLY)') $(if $(SAMPLE),--sample=$(SAMPLE)) $(if $(SEED),--seed=$(SEED))

kernels: runner packages ## Set and reboot on emulated machines with Linux 5.10, 6.1 and 6.12
	@{ command -v qemu-system-x86_64 && command -v debugfs; } >/dev/null || tools/install_packages.sh qemu-system-x86 e2fsprogs
	@$(NOX) kernels

cores: runner packages ## Run the reboot scenario with other releases of ansible-core
	@$(NOX) cores

benchmark: runner packages ## Measure plays (next to ssh, ping, ansible.posix.sysctl and pyinfra), predictions and scans of connections: WRITE=1
	@$(NOX) benchmark -- $(if $(WRITE),--write-page)

# Always anew, because the addresses may be others than those of the artifact that is there.
build: $(VENV)/.apply ## Build the artifact into .build: REPOSITORY= ISSUES= DOCUMENTATION= HOMEPAGE= for its metadata
	@$(BIN)/python tools/build.py .build
	@echo 'The artifact is $(ARTIFACT).'

release: $(VENV)/.apply ## Build what can be published; refuse without the four addresses and the changelog
	@$(BIN)/python tools/build.py --release .build
	@echo 'The artifact is $(ARTIFACT). Publish it: ansible-galaxy collection publish $(ARTIFACT)'

changelog: runner ## Gather the changelog's fragments into CHANGELOG.md, as the version in galaxy.yml
	@$(NOX) changelog

install: $(INSTALLED) ## Install the artifact into .collections
	@echo 'It is installed in .collections.'

packages: ## Install the system packages that the tests need (as root)
	@tools/install_packages.sh

runner: $(VENV)/.runner ## Install what starts the checks into .venv

collections: runner ## Take the collections that the tests use out of the package that carries them
	@$(NOX) collections

lock: runner ## Lock the packages that pyproject.toml asks for: UPGRADE=1 moves everything to the newest
	@$(NOX) lock -- $(if $(UPGRADE),--upgrade)

clean: ## Remove everything that was made here
	@! mountpoint --quiet .cache/molecule/cgroup || umount .cache/molecule/cgroup
	rm -rf .ansible .build .cache .collections .hypothesis .nox $(VENV) tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo >&2 'There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=python3.12 …'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo >&2 "$(PYTHON) is $$($(PYTHON) --version), and Python 3.11 or newer is needed. Install one and name it: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo >&2 '$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	@echo 'Making $(VENV) with $(PYTHON).'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.%: locks/%.txt | $(BIN)/python
	@echo 'Installing $< into $(VENV).'
	@$(BIN)/python -m pip install --quiet --quiet --require-hashes --only-binary=:all: --requirement $<
	@touch $@

$(ARTIFACT): $(PACKED) $(VENV)/.apply
	@echo 'Building $@.'
	@$(BIN)/python tools/build.py .build

$(INSTALLED): $(ARTIFACT)
	@echo 'Installing it into .collections.'
	@ANSIBLE_COLLECTIONS_PATH=.collections $(BIN)/ansible-galaxy collection install --force --offline --no-deps \
		--collections-path .collections $(ARTIFACT) >/dev/null
	@touch $@
