# Everything goes through a virtual environment in .venv and locked, hashed dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RAPPORT_DATA_DIR ?= $(CURDIR)/.data
export RAPPORT_DATA_DIR
# Where the machine keeps certificates, downloads trust them: behind a company's proxy uv's own list is not enough.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= true
endif

.PHONY: install install-dev browser run test check bench lock clean

install: $(VENV)/.base

install-dev: $(VENV)/.dev

run: install          ## start everything: database, migrations, demo data, web, worker
	@$(BIN)/rapport up --demo

test: install-dev browser   ## everything that CI runs: linters, types, order of imports, tests, browser journeys
	@$(BIN)/python tests/run_checks.py
	@$(BIN)/pytest -n auto --dist loadgroup

check: test

bench: install-dev    ## all figures of docs/performance.md, one JSON object a line
	@$(BIN)/python -m bench $(ARGS)

browser: install-dev
	@$(BIN)/python tests/ensure_browser.py
	@$(BIN)/python tests/ensure_servers.py

lock:                 ## renew requirements/*.txt from pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 requirements/tools.in -o requirements/tools.txt -q --custom-compile-command "make lock"
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements/base.txt -q --custom-compile-command "make lock"
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt -q --custom-compile-command "make lock"

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rapport needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	@echo "Making a virtual environment in $(VENV)." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt

$(VENV)/.base: $(BIN)/uv requirements/base.txt pyproject.toml
	@echo "Installing locked dependencies; the first time this takes a minute or two." >&2
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/base.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

clean:                ## remove the virtual environment; the data stays
	rm -rf $(VENV)
