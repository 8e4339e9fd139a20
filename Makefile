# `make demo` and `make test` do everything on a fresh machine with Python >= 3.11, venv and make.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo run cluster test days check check-deploy rooms bench bench-smoke histories lock sbom faults drills images cluster-rows release clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.stamp .venv-s3/.stamp ## create the environments (every other command does it when needed)

demo: setup ## take one company through its whole life in seconds
	@$(BIN)/python -m stack.demo

run: setup ## start the whole local stack; Ctrl-C stops it
	@exec $(BIN)/python -m stack.run

cluster: setup ## the product on a real Temporal cluster, on PostgreSQL; Ctrl-C stops it; needs Go
	@exec $(BIN)/python -m stack.cluster

cluster-rows: setup ## tests of the product on a real cluster, whose services are killed as well; needs Go
	@$(BIN)/python -m tests.support.cluster_rows

# Most tests wait for servers: several at a time take half the time, also on two cores. The longest files begin first.
test: setup ## every test
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

faults: setup ## companies live while everything around them fails; prints what was lost (about an hour)
	@$(BIN)/python -m tests.support.faults --runs 4 --companies 130 --kills 26 --faults 78 --older-by 20 --write

drills: setup ## what alerts warn of is made to happen, under a real Prometheus; needs Debian's prometheus (DRILLS=--help)
	@$(BIN)/python -m tests.support.drills $(or $(DRILLS),--faster 15 --write)

days: setup ## the tests of the workflow, its steps and the portal, as if today were each of ten other days
	@$(BIN)/python -m tests.support.another_day

check: setup ## lint, format, types, import rules, picture of the rooms, dependency audit, layers around uploads
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/rooms.py --check
	@$(BIN)/python scripts/audit.py
	@$(BIN)/python -m letters layers >/dev/null

check-deploy: .venv/.stamp .venv-deploy/.stamp ## what a platform team is handed, by the tools that read it
	@$(BIN)/python -m deploy.checks

images: .venv/.stamp ## build the images worker, portal and tools on BASE=NAME@DIGEST, or on one made here to try them out
	@$(BIN)/python scripts/images.py $(if $(BASE),--base $(BASE))

rooms: setup ## draw the rooms in docs/architecture.md anew, from the imports
	@$(BIN)/python scripts/rooms.py

bench: setup .venv-dbos/.stamp ## the benchmarks: ratios against a bare workflow of the same run, and docs/performance.md's tables
	@$(BIN)/python -m benchmarks --write

bench-smoke: setup .venv-dbos/.stamp ## every benchmark once, in its smallest size: does it still run?
	@$(BIN)/python -m benchmarks --smallest

histories: setup ## record the workflow histories that the replay tests keep
	@$(BIN)/python -m tests.support.workflows.record_histories

.venv/.stamp: requirements/uv.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys, venv; sys.exit(0 if sys.version_info >= (3, 11) else "Activa needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@touch $@

# The S3 server pins an old botocore: an environment of its own keeps that pin away from the product.
.venv-s3/.stamp: requirements/s3.txt .venv/.stamp
	@test -x .venv-s3/bin/python || $(PYTHON) -m venv --without-pip .venv-s3
	@$(BIN)/uv pip sync --quiet --python .venv-s3/bin/python --require-hashes requirements/s3.txt
	@touch $@

# The tools that check what is deployed are large, and nothing of the product needs them.
.venv-deploy/.stamp: requirements/deploy.txt .venv/.stamp
	@test -x .venv-deploy/bin/python || $(PYTHON) -m venv --without-pip .venv-deploy
	@$(BIN)/uv pip sync --quiet --python .venv-deploy/bin/python --require-hashes requirements/deploy.txt
	@touch $@

# DBOS is a peer of the benchmarks: an environment of its own keeps what it asks for away from the product.
.venv-dbos/.stamp: requirements/dbos.txt .venv/.stamp
	@test -x .venv-dbos/bin/python || $(PYTHON) -m venv --without-pip .venv-dbos
	@$(BIN)/uv pip sync --quiet --python .venv-dbos/bin/python --require-hashes requirements/dbos.txt
	@touch $@

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: .venv/.stamp ## renew the locked dependencies after a change of pyproject.toml
	@$(LOCK) pyproject.toml --extra letters -o requirements/runtime.txt
	@$(LOCK) pyproject.toml --constraint requirements/runtime.txt -o requirements/portal.txt
	@$(LOCK) pyproject.toml --extra otel --constraint requirements/runtime.txt -o requirements/otel.txt
	@$(LOCK) pyproject.toml --extra letters --extra otel requirements/uv.in --group local --group test --group check -o requirements/dev.txt
	@$(LOCK) requirements/deploy.in -o requirements/deploy.txt
	@$(LOCK) requirements/s3.in -o requirements/s3.txt
	@$(LOCK) requirements/dbos.in -o requirements/dbos.txt
	@$(LOCK) requirements/uv.in -o requirements/uv.txt

sbom: setup ## write what the product is made of, as a CycloneDX bill of materials
	@$(BIN)/python scripts/sbom.py .local/sbom/activa.cdx.json

release: setup ## everything that is handed over of a version, of a clean commit, under dist/
	@$(BIN)/python scripts/release.py

clean: ## remove the environments and everything the local stack kept
	@rm -rf .venv .venv-dbos .venv-deploy .venv-s3 .local
