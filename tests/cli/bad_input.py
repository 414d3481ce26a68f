"""What is put before the command in `test_bad_input`: files of every wrong kind, and the table of commands."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DESK = HERE / "agents" / "desk.py"
AGENT = f"{DESK}:graph"
PROGRAM = HERE / "agents" / "program.py"
GOOD = [json.dumps({"inputs": {"messages": f"text {n}"}, "expected": {"desk": "news"}}) for n in range(60)]
ROW = GOOD[0]


@dataclass(frozen=True)
class Case:
    """A command, how it has to end, and the words that have to be in what it says.

    Args:
        command: what is given to `llmdl`.
        words: all of them stand in the message.
        code: the exit code.
        paid: calls were made before it was noticed, and what was paid for is kept.
    """

    command: tuple[str, ...]
    words: tuple[str, ...]
    code: int = 2
    paid: bool = False


def fit(*options: str, target: str = AGENT, data: str = "good.jsonl", loss: str = "exact_match") -> tuple[str, ...]:
    return ("fit", target, "--data", data, "--loss", loss, "--folder", "runs/x", "--quiet", *options)


def data(name: str, *words: str, options: tuple[str, ...] = ()) -> Case:
    return Case(fit(*options, data=name), words)


def target(name: str, *words: str) -> Case:
    return Case(("show", name), words)


def option(*words: str, options: tuple[str, ...], **given: str) -> Case:
    return Case(fit(*options, **given), words)


SEARCH = ("search", AGENT, "--data", "good.jsonl", "--loss", "exact_match")
FLAT = ("--inputs", "q", "--expected", "a")

DATA = [
    data("nowhere.jsonl", "There is no data file"),
    data("folder", "is a directory"),
    data("empty.jsonl", "has no rows"),
    data("blank.jsonl", "has no rows"),
    data("one.jsonl", "too few rows"),
    data("twenty.jsonl", "too few rows"),
    data("nojson.jsonl", "line 61 is not JSON"),
    data("array.jsonl", "line 61 is not an object"),
    data("number.jsonl", "line 61 is not an object"),
    data("whole.json", "line 1 is not JSON", "one JSON object a line"),
    data("list.json", "is not an object"),
    data("noexpected.jsonl", 'line 61 has no "expected"'),
    data("noinputs.jsonl", 'line 61 has no "inputs"'),
    data("textinputs.jsonl", 'line 61: "inputs" must be an object'),
    data("nullinputs.jsonl", 'line 61: "inputs" must be an object'),
    data("listid.jsonl", "line 61", '"id"', "text or a number"),
    data("twice.jsonl", "id '7' stands on more than one row"),
    data("nan.jsonl", "line 61", "NaN"),
    data("infinity.jsonl", "line 61", "Infinity"),
    data("utf16.jsonl", "line 1 is not", "UTF-8"),
    data("latin1.jsonl", "line 61 is not", "UTF-8"),
    data("binary.jsonl", "line 1 is not"),
    data("deep.jsonl", "line 61 is not JSON", "nested too deep"),
    data("cut.jsonl", "line 61 is not JSON"),
    data("samekey.jsonl", "line 61", "'messages'", "twice"),
    data("turns.jsonl", '"turns" must be a list'),
    data("noturns.jsonl", '"turns" must be a list'),
    data("both.jsonl", 'has "turns", so its "expected" belongs'),
    data("resume.jsonl", '"resume" must be a list'),
    data("context.jsonl", '"context" must be an object'),
    data("config.jsonl", '"config" must look like'),
    data("cells.csv", "line 3 has not as many cells", options=FLAT),
    data("short.csv", "line 3 has not as many cells", options=FLAT),
    data("header.csv", "has no rows", options=FLAT),
    data("nothing.csv", "has no rows", options=FLAT),
    data("utf16.csv", "is not UTF-8 CSV", options=FLAT),
    data("semicolon.csv", 'has no "q"', "q;a", options=FLAT),
    data("samecolumn.csv", "'q'", "twice", options=FLAT),
    data("quote.csv", "is not UTF-8 CSV", options=FLAT),
    data("flat.csv", 'has no "inputs"', "--inputs and --expected"),
    data("good.jsonl", 'has no "q"', options=FLAT),
    data("good.jsonl", "need both --inputs and --expected", options=("--inputs", "messages")),
    data("good.jsonl", "need both --inputs and --expected", options=("--expected", "desk")),
    data("rows.parquet", "line 1 is not"),
]

TARGETS = [
    target("nowhere.py:graph", "There is no file nowhere.py"),
    target("no_such_module:graph", "There is no module 'no_such_module'"),
    target("no.such.module:graph", "There is no module 'no.such.module'"),
    target(f"{DESK}:grpah", "Did you mean 'graph'"),
    target(f"{DESK}:graph.nothing", "there is no 'nothing'"),
    target(f"{DESK}:NOT_A_GRAPH", "No installed adapter knows"),
    target(f"{DESK}:broken", "raised RuntimeError when it was called: no database here"),
    target(f"{PROGRAM}:empty", "Module has no predictors"),
    target(f"{DESK}:Routing", "raised ValidationError when it was called"),
    target(f"{DESK}", "names no attribute"),
    target("langgraf.json", "There is no file or folder langgraf.json"),
    target("runs/nowhere", "There is no file or folder runs/nowhere"),
    target("", "names no attribute"),
    target(":", "names no attribute"),
    target(":graph", "names no attribute"),
    target("folder:graph", "there is no 'graph'"),
    target("raises.py:graph", "raised ValueError at import: no key", "raises.py, line 1"),
    target("needs.py:graph", "it needs 'not_installed_here'"),
    target("syntax.py:graph", "raised SyntaxError at import", "line 2"),
    target("leaves.py:graph", "raised SystemExit at import"),
    target("leaves_well.py:graph", "raised SystemExit at import"),
    target("endless.py:graph", "raised RecursionError at import"),
    target("loop_a.py:graph", "at import", "cannot import name"),
    target("nul.py:graph", "at import", "null bytes"),
    target("kinds.py:wants", "could not be called without arguments", "name"),
    target("kinds.py:later", "No installed adapter knows", "NoneType"),
    target("kinds.py:nothing", "No installed adapter knows", "NoneType"),
    target("kinds.py:leave", "raised SystemExit when it was called"),
    target("kinds.py:number", "No installed adapter knows"),
    target("book.ipynb:graph", "raised ZeroDivisionError in cell 1, line 1"),
    target("broken.ipynb:graph", "broken.ipynb raised JSONDecodeError"),
    target("gone.ipynb:graph", "There is no file gone.ipynb"),
    target("langgraph.json", "There is no file langgraph.json"),
    target("bad/a/langgraph.json", 'needs an object "graphs"'),
    target("bad/b/langgraph.json", 'needs an object "graphs"'),
    target("bad/c/langgraph.json", 'needs an object "graphs"'),
    target("bad/d/langgraph.json", "has no graphs"),
    target("bad/e/langgraph.json", "has several graphs", "one, two"),
    target("bad/e/langgraph.json:oen", "Did you mean 'one'"),
    target("bad/f/langgraph.json", "the graph 'one'", "path/app.py:graph"),
    target("bad/g/langgraph.json", "the graph 'one'", "path/app.py:graph"),
    target("bad/h/langgraph.json", "the graph 'one'", "path/app.py:graph"),
    target("bad/i/langgraph.json", "is a directory"),
    target("bad/j/langgraph.json", 'needs an object "graphs"'),
]

OPTIONS = [
    Case(fit(target=f"{PROGRAM}:speechless"), ("No LM is set",), paid=True),
    option("Did you mean 'exact_match'", options=(), loss="exact_mach"),
    option("There is no loss 'no.such:function'", options=(), loss="no.such:function"),
    option("There is no loss 'kinds:no_such'", options=(), loss="kinds:no_such"),
    option("'kinds:number'", "is no loss", options=(), loss="kinds:number"),
    option("'raises:loss'", "raised ValueError", options=(), loss="raises:loss"),
    option("'leaves:loss'", "raised SystemExit", options=(), loss="leaves:loss"),
    option("There is no loss ':function'", options=(), loss=":function"),
    option("asks a model", options=(), loss="judge"),
    option("No loss ''. Known:", options=(), loss=""),
    Case(fit(loss="kinds:says_text"), ("returned 'fine'",), paid=True),
    Case(fit(loss="kinds:says_nothing"), ("returned None",), paid=True),
    Case(
        fit(loss="kinds:says_seven"),
        (
            "returned 7",
            "from 0 to 1",
        ),
        paid=True,
    ),
    Case(fit(loss="kinds:says_nan"), ("returned nan",), paid=True),
    Case(fit(loss="kinds:says_no"), ("raised KeyError on row",), paid=True),
    option("Did you mean 'demonstrations'", options=("--optimizer", "demonstration")),
    option("needs a teacher", options=("--optimizer", "textual-gradient")),
    option("names no provider", options=("--teacher", "gpt")),
    option("no_such_provider", options=("--teacher", "no_such_provider:x")),
    option("names no model", options=("--teacher", "openai:")),
    option("names no provider", options=("--teacher", ":gpt")),
    option("Can't read 'lots'", options=("--budget", "lots")),
    option("names no limit", options=("--budget", "")),
    option("Can't read '5 bananas'", options=("--budget", "5 bananas")),
    option("allows nothing", options=("--budget", "0 calls")),
    option("Can't read '-5 calls'", options=("--budget", "-5 calls")),
    option("limits calls twice", options=("--budget", "5 calls, 6 calls")),
    option("Can't read 'nan calls'", options=("--budget", "nan calls")),
    option("too large", options=("--budget", "1e999 calls")),
    option("needs at least", options=("--budget", "10 calls")),
    option("needs prices", options=("--budget", "1 usd")),
    option("holds no prices", options=("--prices", "nowhere.json")),
    option("holds no prices", options=("--prices", "folder")),
    option("holds no prices", options=("--prices", "prices/list.json")),
    option("holds no prices", options=("--prices", "prices/words.json")),
    option("holds no prices", options=("--prices", "prices/one.json")),
    option("holds no prices", "is no price", options=("--prices", "prices/negative.json")),
    option("holds no prices", "is no price", options=("--prices", "prices/nan.json")),
    replace(option("No parameter matches", options=("--only", "nothing*")), paid=True),  # its first rows may show more
    replace(
        option("No parameter matches", options=("--freeze", "nothing*")), paid=True
    ),  # its first rows may show more
    replace(
        option("No parameter matches", options=("--unfreeze", "nothing*")), paid=True
    ),  # its first rows may show more
    option("No recipe 'demos'. Known: attention, cascade, demonstrations", options=("--recipe", "demos")),
    option("Did you mean 'sort'", options=("--node", "sorrt")),
    option("Give either --data", options=("--train", "good.jsonl")),
    option("Tools can't be 'later'", options=("--tools", "later")),
    option("--concurrency", options=("--concurrency", "0")),
    option("--concurrency", options=("--concurrency", "many")),
    option("--seed", options=("--seed", "pi")),
    option("No such option", options=("--no-such-option",)),
    option("is a file", options=("--folder", "good.jsonl")),
    option("Can't make the run folder", options=("--folder", "good.jsonl/run")),
    option("There is no data file", options=("--val", "nowhere.jsonl")),
    option("There is no data file", options=("--test", "nowhere.jsonl")),
    option("also stands in training data", options=("--test", "twenty.jsonl")),
    Case(fit(data="wrongkey.jsonl"), ("expects 'dsek'", "Did you mean 'desk'"), paid=True),
    option("always stored", options=("--no-content",)),
    Case(("fit", AGENT, "--loss", "exact_match"), ("Give either --data",)),
    Case(("fit", AGENT, "--data", "good.jsonl"), ("Missing option", "--loss")),
    Case(("fit",), ("Missing argument",)),
    Case(("fti", AGENT), ("No such command",)),
    *(Case((*SEARCH, "--space", f"spaces/{name}.json"), ("holds no space",)) for name in ("word", "recipe", "node")),
    Case(("show", AGENT, "--probe", "2"), ("Probes need both",)),
    Case(("show", AGENT, "--data", "good.jsonl"), ("Probes need both",)),
    Case(("show", AGENT, "--probe", "-1", "--data", "good.jsonl"), ("--probe",)),
]

FOLDERS = [
    Case(("report", "nowhere"), ("holds no run",)),
    Case(("report", "good.jsonl"), ("holds no run",)),
    Case(("report", "folder"), ("holds no run",)),
    Case(("report", "past/nojson"), ("config.json is damaged",)),
    Case(("report", "past/list"), ("config.json is damaged",)),
    Case(("report", "past/deep"), ("config.json is damaged",)),
    Case(("report", "past/noledger"), ("ledger.db is damaged",)),
    Case(("export", "nowhere"), ("holds no finished run",)),
    Case(("export", "good.jsonl"), ("holds no finished run",)),
    Case(("export", "folder"), ("holds no finished run",)),
    Case(("export", "past/unfinished"), ("holds no finished run",)),
    Case(("export", "past/nojson"), ("config.json is damaged",)),
    Case(("export", "past/list"), ("config.json is damaged",)),
    Case(("export", "past/deep"), ("config.json is damaged",)),
    Case(("export", "past/bare"), ("config.json is damaged", "loss")),
    Case(("export", "past/space"), ("config.json is damaged", "space")),
    Case(("export", "past/recipes"), ("config.json is damaged", "recipes")),
    Case(("export", "past/tools"), ("config.json is damaged", "tools")),
    Case(("export", "past/unfreeze"), ("config.json is damaged", "unfreeze")),
    Case(("export", "past/rows"), ("seen.json is damaged",)),
    Case(("report", "past/space"), ("config.json is damaged", "space")),
    Case(("export", "past/noresult"), ("result.json is damaged", "status")),
    Case(("export", "past/python"), ("was started from Python",)),
    Case(("export", "past/changed"), ("has changed since this run",)),
    Case(("export", "past/gone"), ("There is no file gone.py",)),
    Case(("export", "past/changed", "--as", "pach"), ("Did you mean 'patch'",)),
    Case(("export", "past/changed", "-o", "no/such/place.patch"), ("There is no folder",)),
    Case(("eval", "nowhere.py:graph", "--data", "good.jsonl", "--loss", "f1"), ("There is no file",)),
    Case(("eval", AGENT, "--data", "nowhere.jsonl", "--loss", "f1"), ("There is no data file",)),
    Case(("eval", AGENT, "--data", "good.jsonl"), ("Say with --loss",)),
    Case(("eval", AGENT, "--data", "a" * 300 + ".jsonl", "--loss", "f1"), ("can't be used: File name too long",)),
    Case(("eval", AGENT, "--data", "good.jsonl", "--loss", "f1", "--workers", "2"), ("workers need --executor",)),
    Case(("eval", "folder", "--data", "good.jsonl"), ("holds no finished run",)),
    Case(("eval", "past/changed", "--data", "good.jsonl"), ("has changed since this run",)),
    Case(("eval", AGENT, "--data", "nojson.jsonl", "--loss", "f1"), ("line 61 is not JSON",)),
    Case(("eval", AGENT, "--data", "good.jsonl", "--loss", "f2"), ("No loss 'f2'. Known:",)),
    Case(("eval", AGENT, "--data", "good.jsonl", "--loss", "f1", "--tools", "x"), ("Tools can't be 'x'",)),
]

CASES = [*DATA, *TARGETS, *OPTIONS, *FOLDERS]

_CODE = {
    "raises.py": "raise ValueError('no key')\n",
    "needs.py": "import not_installed_here\n",
    "syntax.py": "x = 1\ndef f(:\n",
    "leaves.py": "import sys\nsys.exit(3)\n",
    "leaves_well.py": "raise SystemExit\n",
    "endless.py": "def f():\n    return f()\nf()\n",
    "loop_a.py": "from loop_b import graph\n",
    "loop_b.py": "from loop_a import graph\n",
    "nul.py": "x = 1\0\n",
    "kinds.py": "import sys\nnumber = 7\ndef wants(name): ...\nasync def later(): ...\ndef nothing(): ...\n"
    "def leave(): sys.exit(0)\ndef says_text(p, g): return 'fine'\ndef says_nothing(p, g): return None\n"
    "def says_seven(p, g): return 7\ndef says_nan(p, g): return float('nan')\ndef says_no(p, g): return {}['x']\n",
}
_SEVERAL = {"one": "a.py:graph", "two": "a.py:graph"}
_CONFIGS: dict[str, Any] = {
    "a": "{",
    "b": "[]",
    "c": '{"graphs": ["x"]}',
    "d": '{"graphs": {}}',
    "e": json.dumps({"graphs": _SEVERAL}),
    "f": '{"graphs": {"one": 7}}',
    "g": '{"graphs": {"one": {"file": "x"}}}',
    "h": '{"graphs": {"one": "no colon"}}',
    "j": "[" * 100_000,
}
_SPACES = {
    "word": '"vote"',
    "recipe": '{"recipes": [{"recipe": 5}]}',
    "node": '{"recipes": [{"recipe": "vote", "node": 5}]}',
}
_PRICES = {
    "list": "[1]",
    "words": '{"m": ["a", "b"]}',
    "one": '{"m": 1}',
    "negative": '{"m": [-1, 2]}',
    "nan": '{"m": [NaN, 2]}',
}


def make(folder: Path) -> None:
    """All files, in a folder."""
    for name, text in _CODE.items():
        (folder / name).write_text(text)
    for name, lines in _rows().items():
        (folder / name).write_bytes(lines)
    (folder / "folder").mkdir()
    (folder / "book.ipynb").write_text(json.dumps(_notebook("graph = 1 / 0")))
    (folder / "broken.ipynb").write_text("{")
    for name, text in _CONFIGS.items():
        (folder / "bad" / name).mkdir(parents=True)
        (folder / "bad" / name / "langgraph.json").write_text(text)
    (folder / "bad" / "i" / "langgraph.json").mkdir(parents=True)
    (folder / "prices").mkdir()
    (folder / "spaces").mkdir()
    for name, text in _SPACES.items():
        (folder / "spaces" / f"{name}.json").write_text(text)
    for name, text in _PRICES.items():
        (folder / "prices" / f"{name}.json").write_text(text)
    _past(folder / "past")


def _rows() -> dict[str, bytes]:
    def after(line: str) -> bytes:
        return "\n".join([*GOOD, line]).encode()

    flat = "".join(f"q{n},a{n}\n" for n in range(60))
    return {
        "good.jsonl": "\n".join(GOOD).encode(),
        "empty.jsonl": b"",
        "blank.jsonl": b"\n \n\n",
        "one.jsonl": ROW.encode(),
        "twenty.jsonl": "\n".join(GOOD[:20]).encode(),
        "nojson.jsonl": after("{not json"),
        "array.jsonl": after("[1]"),
        "number.jsonl": after("7"),
        "whole.json": json.dumps([json.loads(r) for r in GOOD], indent=1).encode(),
        "list.json": json.dumps([json.loads(r) for r in GOOD]).encode(),
        "noexpected.jsonl": after('{"inputs": {"messages": "x"}}'),
        "noinputs.jsonl": after('{"expected": 1}'),
        "textinputs.jsonl": after('{"inputs": "x", "expected": 1}'),
        "nullinputs.jsonl": after('{"inputs": null, "expected": 1}'),
        "listid.jsonl": after('{"inputs": {"messages": "x"}, "expected": 1, "id": ["a"]}'),
        "twice.jsonl": "\n".join([ROW.replace("}}", '}, "id": "7"}', 1)] * 2).encode(),
        "nan.jsonl": after('{"inputs": {"messages": "x"}, "expected": NaN}'),
        "infinity.jsonl": after('{"inputs": {"n": -Infinity}, "expected": 1}'),
        "utf16.jsonl": "\n".join(GOOD).encode("utf-16"),
        "latin1.jsonl": after("") + '{"inputs": {"messages": "é"}, "expected": 1}'.encode("latin-1"),
        "binary.jsonl": bytes(range(256)),
        "deep.jsonl": after("[" * 200_000),
        "cut.jsonl": after(ROW[:-9]),
        "samekey.jsonl": after('{"inputs": {"messages": "x", "messages": "y"}, "expected": 1}'),
        "turns.jsonl": after('{"turns": "x"}'),
        "noturns.jsonl": after('{"turns": []}'),
        "both.jsonl": after('{"turns": [{"inputs": {}, "expected": 1}], "expected": 1}'),
        "resume.jsonl": after('{"inputs": {}, "expected": 1, "resume": "yes"}'),
        "context.jsonl": after('{"inputs": {}, "expected": 1, "context": "x"}'),
        "config.jsonl": after('{"inputs": {}, "expected": 1, "config": {"x": 1}}'),
        "wrongkey.jsonl": "\n".join(r.replace('"desk": "news"', '"dsek": "news", "x": 1') for r in GOOD).encode(),
        "rows.parquet": b"PAR1\x15\x04\x15",
        "cells.csv": f"q,a\nx,y\n1,2,3\n{flat}".encode(),
        "short.csv": f"q,a\nx,y\n1\n{flat}".encode(),
        "header.csv": b"q,a\n",
        "nothing.csv": b"",
        "utf16.csv": f"q,a\n{flat}".encode("utf-16"),
        "semicolon.csv": f"q,a\n{flat}".replace(",", ";").encode(),
        "samecolumn.csv": b"q,q,a\n" + flat.replace(",", ",x,").encode(),
        "quote.csv": f'q,a\n"x,y\n{flat}'.encode(),
        "flat.csv": f"q,a\n{flat}".encode(),
    }


def _notebook(code: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": [code]}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _past(folder: Path) -> None:
    """Run folders that hold no run, or a strange one."""
    config = {"target": AGENT, "network": "x", "loss": "exact_match", "optimizer": "o", "seed": 0, "splits": {}}
    result = {"status": "improved", "parameters": {}}
    runs: dict[str, dict[str, str]] = {
        "unfinished": {"config.json": json.dumps(config)},
        "nojson": {"config.json": "{", "result.json": json.dumps(result)},
        "list": {"config.json": "[]", "result.json": json.dumps(result)},
        "deep": {"config.json": "[" * 100_000, "result.json": json.dumps(result)},
        "bare": {"config.json": json.dumps({"target": AGENT}), "result.json": json.dumps(result)},
        "space": {"config.json": json.dumps({**config, "space": "x.yaml"}), "result.json": json.dumps(result)},
        "recipes": {
            "config.json": json.dumps({**config, "space": {"recipes": [{"node": 5}]}}),
            "result.json": json.dumps(result),
        },
        "tools": {"config.json": json.dumps({**config, "tools": {"safe": 5}}), "result.json": json.dumps(result)},
        "unfreeze": {"config.json": json.dumps({**config, "unfreeze": 5}), "result.json": json.dumps(result)},
        "rows": {
            "config.json": json.dumps(config),
            "result.json": json.dumps(result),
            "seen.json": json.dumps({"network": "x", "rows": 5, "modules": [], "tapes": []}),
        },
        "noresult": {"config.json": json.dumps(config), "result.json": "{}"},
        "python": {"config.json": json.dumps({**config, "target": None}), "result.json": json.dumps(result)},
        "changed": {"config.json": json.dumps(config), "result.json": json.dumps(result)},
        "gone": {"config.json": json.dumps({**config, "target": "gone.py:graph"}), "result.json": json.dumps(result)},
        "noledger": {"config.json": json.dumps(config), "ledger.db": "no database"},
    }
    for name, files in runs.items():
        (folder / name).mkdir(parents=True)
        for file, text in files.items():
            (folder / name / file).write_text(text)
    sqlite3.connect(folder / "changed" / "ledger.db").close()
