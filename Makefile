# Every target makes .venv when it is missing, unfinished, moved, or older than the list of
# dependencies. Needed beforehand: python3 (3.11 or newer), make, and a reachable package registry.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.stamp
BEGUN  := $(VENV)/.begun
ARGS   ?=

SOURCES   := facescreen tests $(wildcard site notebooks)
NOTEBOOKS := $(wildcard notebooks/*.ipynb)

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Threads of torch that wait would keep a core busy: two trainings at once were seen to crawl.
export OMP_WAIT_POLICY ?= PASSIVE

# `make -j` would run lessons and tests at once and time both wrongly.
.NOTPARALLEL:
.DEFAULT_GOAL := lessons
.PHONY: lessons test faults versions light lab bench notebooks site lint install clean help moved

lessons: $(STAMP)   ## run every lesson and write HTML to build/lessons (ARGS="07 -p count 100")
	$(PY) -m facescreen lessons --out build/lessons $(ARGS)

# pytest's `--nbval-lax` compares outputs only in cells marked `# NBVAL_CHECK_OUTPUT`. Three processes
# take a file each, of one thread: two keep two cores busy while one waits for a kernel or a browser.
test: lint          ## lint, unit tests, and the lessons' marked outputs (ARGS="-k histogram")
	OMP_NUM_THREADS=1 $(PY) -m pytest tests -n 3 --dist loadfile $(if $(NOTEBOOKS),--nbval-lax --nbval-current-env \
		--nbval-cell-timeout=900 $(NOTEBOOKS)) $(ARGS)

# A night of it: each piece of work is killed 50 times, each law of bytes tried on 10,000 cases, faces
# generated and screened for half an hour, a kernel restarted 100 times.
faults: $(STAMP)    ## kill, cut and damage everything (ARGS="--kills 10 -k screening")
	OMP_NUM_THREADS=1 $(PY) -m pytest tests/faults tests/screening/test_paper.py -s --kills 50 \
		--minutes 30 --restarts 100 --hypothesis-profile nightly $(ARGS)

# These two have environments of their own, and are no part of `make test`, which installs nothing.
versions:           ## the suite with the lowest or the newest versions allowed (ARGS=lowest)
	$(PYTHON) tests/versions.py $(ARGS)

light:              ## install without torch into build/light, measure it, run the lessons that it can
	OMP_NUM_THREADS=1 $(PYTHON) tests/light_install.py

# Root is refused by Jupyter unless told otherwise; in a container there may be nobody else.
lab: $(STAMP)       ## open JupyterLab on this machine only, with a token of its own
	JUPYTER_PREFER_ENV_PATH=1 $(PY) -m jupyterlab --ServerApp.ip=127.0.0.1 \
		--LabApp.default_url=/lab/tree/notebooks \
		--LabApp.extra_labextensions_path='$(CURDIR)/facescreen/widgets/labextensions' \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

bench: $(STAMP)     ## ratios against peers and the physical limit, side by side (ARGS="kernel folder")
	$(PY) tests/benchmarks/report.py $(ARGS)

notebooks: $(STAMP) ## run lessons from a fresh kernel and keep their outputs in place
	$(PY) -m facescreen lessons --in-place $(ARGS)

# Lessons with widgets that work in a page are run for their numbers; all else is as kept.
site: $(STAMP)      ## the lessons as a static site in build/site, tested (ARGS="--lessons 01 05")
	@$(PY) -c 'import myst_nb, onnxscript, sphinx_book_theme' 2>/dev/null || \
		$(PY) -m pip install --editable '.[site]' --constraint constraints.txt
	$(PY) site/build.py $(ARGS)
	$(if $(ARGS),,OMP_NUM_THREADS=1 $(PY) -m pytest tests/site)

lint: $(STAMP)      ## ruff check and ruff format --check, notebooks included
	$(PY) -m ruff check $(SOURCES)
	$(PY) -m ruff format --check $(SOURCES)

install: $(STAMP)   ## nothing but the environment, in .venv

clean:              ## remove what the targets built, .venv included
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis

help:               ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

# An environment knows its own folder by name: after a move or a copy it must be made again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): moved
endif

# The marker $(BEGUN) outlives an install that was cut short, which pip would take for complete.
$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "facescreen needs Python 3.11 or newer, and \
	'$(PYTHON)' was not found: install it, or name yours with 'make PYTHON=/path/to/python3'." >&2; \
	exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "facescreen needs Python 3.11 or newer, and '$(PYTHON)' \
	is $$($(PYTHON) --version 2>&1): name a newer one with 'make PYTHON=/path/to/python3'." >&2; \
	exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "'$(PYTHON)' cannot make virtual \
	environments: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)." >&2; \
	exit 1; }
	@if [ -e $(BEGUN) ] || ! $(PY) -c 'import pip; $(NEW_ENOUGH)' 2>/dev/null; then \
		echo "making $(VENV): a few minutes, several gigabytes"; \
		$(PYTHON) -m venv --clear $(VENV); fi
	@touch $(BEGUN)
	$(PY) -m pip install --editable '.[gan,lessons,test]' --constraint constraints.txt
	@rm -f $(BEGUN)
	@printf '%s\n' '$(CURDIR)' > $(STAMP)
