# make demo: train the example agent.  make test: what CI runs.  make bench: the figures in benchmarks/README.md.
VENV ?= .venv
PY := $(VENV)/bin/python
RUN := runs/demo
NEWS := runs/news.jsonl

.PHONY: demo test test-long lint types unit bench clean

demo: $(VENV)/ready
	$(VENV)/bin/llmdl models pull
	$(PY) examples/news_desk/data.py $(NEWS)
	$(VENV)/bin/llmdl fit examples/news_desk/agent.py:graph --data $(NEWS) --loss exact_match --folder $(RUN) \
		|| { code=$$?; [ $$code -eq 3 ] && echo "No gain was shown: the agent stays as it is." || exit $$code; }
	$(VENV)/bin/llmdl export $(RUN) --as module --output $(RUN)/module
	$(VENV)/bin/llmdl export $(RUN) --as patch --output $(RUN)/prompts.patch

test: lint types unit

lint: $(VENV)/ready
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: $(VENV)/ready
	$(VENV)/bin/mypy

unit: $(VENV)/ready
	$(VENV)/bin/llmdl models pull
	$(PY) -m pytest -q -n 2

test-long: test
	$(PY) -m pytest -q -m long

bench: $(VENV)/ready
	$(VENV)/bin/llmdl models pull
	$(PY) benchmarks/imports.py
	$(PY) benchmarks/news_desk.py

# uv where it is there, else venv and pip.
$(VENV)/ready: pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --allow-existing -q $(VENV) && VIRTUAL_ENV=$(VENV) uv pip install -q -e ".[dev,demo]"; \
	else \
		python3 -m venv $(VENV) && $(VENV)/bin/pip install -q --disable-pip-version-check -e ".[dev,demo]"; \
	fi
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist
