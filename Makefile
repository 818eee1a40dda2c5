# Two commands: `make demo` sets everything up and runs the built-in study; `make test` sets everything up and tests.
# Needs Python 3.11 or newer; everything else is installed into .venv by pip.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test docs schema install bench clean

demo: $(VENV)/.installed
	$(BIN)/blemish run studies/clutch-small.toml

# Two processes of one thread each: threads that wait for each other at every small step take longer than one alone.
test: $(VENV)/.tested-with
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m "not slow" -n 2 --dist loadfile

docs: $(VENV)/.tested-with
	$(BIN)/python -m sphinx -b html -W --keep-going -q docs docs/_build
	@echo docs/_build/index.html

# The JSON Schema of the study file, after a change of a setting or of the words under it.
schema: $(VENV)/.installed
	$(BIN)/python tools/write_schema.py

install: $(VENV)/.installed

bench: $(VENV)/.installed
	$(BIN)/python benchmarks

# torch and torchvision are a matching pair: one command, held together by the constraints file.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "blemish needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch torchvision --editable '.[all]'
	touch $@

$(VENV)/.tested-with: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) runs
