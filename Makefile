# make demo: train the example agent.  make test: what CI runs.  make bench: the figures in benchmarks/README.md.
# make audit: known holes in what is installed.
# make bench-agents: those in benchmarks/agents.md, on public agents that it clones.
# make bench-training: those in benchmarks/training.md, beside optimizers of others.
# make bench-dspy: those in benchmarks/dspy.md, every optimizer of DSPy on three applications.
VENV ?= .venv
PY := $(VENV)/bin/python
RUN := runs/demo
NEWS := runs/news.jsonl

.PHONY: demo test test-long test-versions test-dspy audit lint types unit bench bench-agents bench-training bench-dspy clean

demo: $(VENV)/ready
	$(VENV)/bin/llmdl models pull
	$(PY) examples/news_desk/data.py $(NEWS)
	$(VENV)/bin/llmdl fit examples/news_desk/agent.py:graph --data $(NEWS) --loss exact_match --folder $(RUN) \
		&& $(VENV)/bin/llmdl export $(RUN) --as module --output $(RUN)/module \
		|| { code=$$?; [ $$code -eq 3 ] && echo "No gain was shown: the agent stays as it is." || exit $$code; }

test: lint types unit

lint: $(VENV)/ready
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: $(VENV)/ready
	$(VENV)/bin/mypy

# Tests start many interpreters: what is compiled once is not compiled by each, also where Python is told to write nothing.
unit: $(VENV)/ready
	$(VENV)/bin/llmdl models pull
	$(PY) -m compileall -q llmdl_plugins adapters recipes
	$(PY) -m pytest -q -n 2

test-long: test
	$(PY) -m pytest -q -m long
	$(MAKE) test-dspy

# A part of test-long: the lowest and the newest versions of what pyproject.toml names, and other instrumentations.
test-versions: $(VENV)/ready
	$(PY) -m pytest -q -m long tests/test_versions.py --durations=0

# A part of test-long: DSPy's own tests, from its repository at the installed version, with our door open and without.
DSPY_TAG = $$($(PY) -c "from importlib.metadata import version; print(version('dspy'))")
test-dspy: $(VENV)/ready
	rm -rf runs/dspy
	git clone -q --depth 1 --branch $(DSPY_TAG) https://github.com/stanfordnlp/dspy runs/dspy
	LLMDL_DSPY_CHECKOUT=runs/dspy $(PY) -m pytest -q -m long tests/dspy/test_own_suite.py

# Known holes in what is installed: asks the index's advisories for each package, so it needs the network.
# --strict: a package that could not be asked about is a failure, never "nothing found".
audit: $(VENV)/ready
	@if command -v uv >/dev/null 2>&1; then VIRTUAL_ENV=$(VENV) uv pip install -q pip-audit; \
	else $(VENV)/bin/pip install -q --disable-pip-version-check pip-audit; fi
	$(VENV)/bin/pip-audit --strict --local --skip-editable

bench: $(VENV)/ready
	$(VENV)/bin/llmdl models pull
	$(PY) benchmarks/imports.py
	$(PY) benchmarks/overhead.py
	$(PY) benchmarks/throughput.py
	$(PY) benchmarks/dspy_speed.py
	$(PY) benchmarks/executors.py
	$(PY) benchmarks/claims.py
	$(PY) benchmarks/news_desk.py

# AGENTS_DIR holds the checkouts, AGENTS_WORK what is made of them.
bench-agents: $(VENV)/ready
	@if command -v uv >/dev/null 2>&1; then \
		VIRTUAL_ENV=$(VENV) uv pip install -q -r benchmarks/agents/requirements.txt; \
	else \
		$(VENV)/bin/pip install -q --disable-pip-version-check -r benchmarks/agents/requirements.txt; \
	fi
	$(PY) benchmarks/agents/checkout.py
	for set in known found second third fourth fifth sixth seventh eighth ninth tenth; do \
		$(PY) benchmarks/agents/table.py $$set || exit 1; \
	done

bench-training: $(VENV)/ready
	@if command -v uv >/dev/null 2>&1; then \
		VIRTUAL_ENV=$(VENV) uv pip install -q -r benchmarks/learning/requirements.txt; \
	else \
		$(VENV)/bin/pip install -q --disable-pip-version-check -r benchmarks/learning/requirements.txt; \
	fi
	mkdir -p runs
	$(PY) benchmarks/training.py --json runs/training.json

bench-dspy: $(VENV)/ready
	mkdir -p runs
	$(PY) benchmarks/dspy_optimizers.py --json runs/dspy.jsonl

# uv where it is there, else venv and pip.
$(VENV)/ready: pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --allow-existing -q $(VENV) && VIRTUAL_ENV=$(VENV) uv pip install -q --compile-bytecode -e ".[dev,demo]"; \
	else \
		python3 -m venv $(VENV) && $(VENV)/bin/pip install -q --disable-pip-version-check -e ".[dev,demo]"; \
	fi
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist
