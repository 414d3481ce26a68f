"""The threats that run folders, data, models and other people's files pose, each as something that could go wrong."""

from __future__ import annotations

import ast
import json
import pickle
import re
import socket
import subprocess
import sys
import tomllib
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

import llmdl_plugins
from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.cli.writing import write_folder
from llmdl_plugins.errors import MisuseError, ParameterError, RunFolderError
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.printable import printable
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.compare import compare

ROOT = Path(llmdl_plugins.__file__).parent.parent
SOURCES = [p for top in ("llmdl_plugins", "adapters", "recipes") for p in (ROOT / top).rglob("*.py")]
UNSAFE = {"pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "diskcache"}
EVIL = "\x1b[31mred\x9b31m\u202etxt.exe\u2066[/x][bold]\x07\x00"


class Bomb:
    """What a planted pickle does when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


def test_nothing_of_ours_imports_what_runs_code_when_it_reads() -> None:
    found = []
    for path, node in nodes():
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"{path.name}: {name}" for name in names if name.partition(".")[0] in UNSAFE]
        found += [f"{path.name}: load(s)" for name in names if name in ("langchain_core.load", "langchain.load")]
    assert found == []


def test_yaml_is_only_loaded_safely() -> None:
    found = [
        f"{path.name}: yaml.{node.attr}"
        for path, node in nodes()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml"
        if node.attr in ("load", "load_all", "unsafe_load", "full_load", "Loader", "UnsafeLoader", "FullLoader")
    ]
    assert found == []


# Advisories of what we stand on: the first version without the hole.  `make audit` asks for those of today.
MENDED = {
    "aiohttp": ("3.13.3", "CVE-2025-69223"),
    "filelock": ("3.20.3", "CVE-2026-22701"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "langchain-core": ("1.2.5", "CVE-2025-68664"),
    "langgraph": ("1.2.0", "CVE-2026-27794: it asks for langgraph-checkpoint 4.1"),
    "pyyaml": ("5.4", "CVE-2020-14343"),
}


def test_no_lower_bound_lets_a_known_hole_in() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    lowest = dict(re.findall(r"^([\w.-]+)>=([\d.]+)", "\n".join(lines), re.M))
    assert lowest.keys() >= MENDED.keys()
    open_ = {name: why for name, (first, why) in MENDED.items() if Version(lowest[name]) < Version(first)}
    assert not open_, f"pyproject.toml allows versions with known holes: {open_}"
    assert not [line for line in lines if line.startswith("diskcache")]  # CVE-2025-69872, never mended


def test_planted_pickles_are_not_loaded(run_folder: Path) -> None:
    run_folder.mkdir(parents=True)
    for name in ("gepa_state.bin", "cache.pkl", "cache.db", "program.pkl"):
        (run_folder / name).write_bytes(pickle.dumps(Bomb(run_folder / "exploded")))
    small(run_folder).fit()
    assert not (run_folder / "exploded").exists() and (run_folder / "result.json").exists()


def small(folder: Path | None = None, answer: str = "no", **given: Any) -> Trainer:
    model = ScriptedChat(script=lambda messages, kwargs: answer)
    net = trainable(Prompt(model, "Answer.", "question", "answer"))
    rows = given.pop("rows", None) or [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(40)]
    teacher = ScriptedChat(script=lambda messages, kwargs: given.get("proposal", "Say yes."))
    return Trainer(net, "exact_match", rows, teacher=teacher, budget="400 calls", folder=folder)


def scored(answer: str, rows: list[dict[str, Any]]) -> float:
    net = trainable(Prompt(ScriptedChat(script=lambda messages, kwargs: answer), "Answer.", "question", "answer"))
    return compare(net, resolve("exact_match"), load(rows), {}).score


HOSTILE = {
    "target": "os:system",
    "network": "x",
    "loss": "subprocess:run",
    "optimizer": "http.server:test",
    "recipe": "this:s",
    "seed": 0,
    "splits": {},
}


@pytest.mark.parametrize("command", ["report", "eval"])
def test_a_hostile_folder_names_modules_and_none_is_imported(tmp_path: Path, command: str) -> None:
    """`eval` and `export` load the application that the folder names: here there is none, and nothing else is."""
    (tmp_path / "config.json").write_text(json.dumps({**HOSTILE, "target": None if command == "eval" else "this:s"}))
    (tmp_path / "result.json").write_text(json.dumps({"status": "improved", "parameters": {}}))
    (tmp_path / "rows.jsonl").write_text('{"inputs": {"q": 1}, "expected": 1}')
    options = ["--data", str(tmp_path / "rows.jsonl")] if command == "eval" else []
    watched = (
        "import sys; from llmdl_plugins.cli import main; sys.argv = ['llmdl', *sys.argv[1:]]\n"
        "try: main()\n"
        "finally: print('IMPORTED', {'this', 'antigravity', 'http.server'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", watched, command, str(tmp_path), *options], capture_output=True, text=True, cwd=tmp_path
    )
    assert "IMPORTED set()" in done.stdout, done.stderr
    assert "Zen of Python" not in done.stdout


@pytest.mark.parametrize("name", ["../out.py", "/tmp/llmdl-out.py", "a/../../out.py", "..", "x/../../../etc/out"])
def test_no_export_leaves_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(MisuseError, match="outside"):
        write_folder(tmp_path / "module", {name: "evil"})
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_no_export_goes_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "sub").symlink_to(victim)
    with pytest.raises(MisuseError, match="outside"):
        write_folder(tmp_path / "module", {"sub/app.py": "evil"})
    assert list(victim.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "C:\\x", "a\x00b", "node/../../x", "x" * 5000])
def test_a_parameter_name_is_never_a_path(run_folder: Path, name: str) -> None:
    net = trainable(Prompt(ScriptedChat(script=lambda m, k: "x"), "Answer.", "question", "answer"))
    with pytest.raises(ParameterError):
        net.load_state_dict({name: "evil"})
    RunFolder(run_folder).path.mkdir(parents=True)
    RunFolder(run_folder).write("best.json", {"values": {name: "evil"}})
    assert [p.name for p in run_folder.parent.rglob("*") if p.is_file()] == ["best.json"]


@pytest.mark.parametrize("name", ["config.json", "result.json"])
def test_a_link_in_a_run_folder_is_not_followed_by_export(tmp_path: Path, name: str) -> None:
    from llmdl_plugins.cli.run_folder import PastRun

    files = {"config.json": HOSTILE, "result.json": {"status": "improved"}}
    for file, told in files.items():
        (tmp_path / file).write_text(json.dumps(told))
    (tmp_path / "elsewhere").write_text(json.dumps(files[name]))
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunFolderError, match="no plain file"):
        PastRun.read(tmp_path)


def test_no_escape_reaches_a_terminal() -> None:
    shown = printable(EVIL)
    assert shown.isprintable() and "[/x][bold]" in shown


def test_values_that_look_like_objects_stay_data(run_folder: Path) -> None:
    """LangChain's own way of writing objects, in a row and in an answer, stays what it is: a mapping and a text."""
    evil = {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "SystemMessage"]}
    secret = {"lc": 1, "type": "secret", "id": ["HOME"]}
    rows = [
        {"inputs": {"question": f"item {n}", "given": [evil, secret]}, "expected": json.dumps(evil)} for n in range(40)
    ]
    assert load(rows)[0].inputs["given"] == [evil, secret]
    assert scored(json.dumps(evil), rows) == 1.0
    small(run_folder, json.dumps(evil), rows=rows).fit()
    assert small(run_folder, json.dumps(evil), rows=rows).fit().status == "no gain shown"


@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{% for x in ().__class__.__base__.__subclasses__() %}", "{x.__class__}"]
)
def test_a_template_in_a_models_text_is_not_rendered(run_folder: Path, text: str) -> None:
    rows = [{"inputs": {"question": f"{text} {n}"}, "expected": text} for n in range(40)]
    assert scored(text, rows) == 1.0
    small(run_folder, text, rows=rows).fit()
    assert b"49" not in (run_folder / "result.json").read_bytes().split(b'"spent"')[0]


def test_loading_data_opens_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("loading data must not connect")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    row = {"image": "http://169.254.169.254/latest", "$ref": "http://evil.test/x.json", "url": "file:///etc/passwd"}
    lines = [json.dumps({"inputs": {**row, "n": n}, "expected": {"$ref": "http://evil.test"}}) for n in range(50)]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    assert load(tmp_path / "rows.jsonl")[0].inputs["$ref"] == row["$ref"]
    for address in ("http://evil.test/rows.jsonl", "https://evil.test/rows.csv", "hf://x/y", "s3://x/y"):
        with pytest.raises(MisuseError, match="There is no data file"):
            load(address)


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_many_rows_take_little_memory(tmp_path: Path, count: int) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w") as file:
        for n in range(count):
            file.write(f'{{"inputs": {{"q": "question number {n}"}}, "expected": "{n % 7}"}}\n')
    tracemalloc.start()
    rows = load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == count and most < 2500 * count


def test_an_answer_of_a_megabyte_is_scored_stored_and_replayed(run_folder: Path) -> None:
    rows = [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(32)]
    model = ScriptedChat(script=lambda messages, kwargs: "x" * (1_000_000 if "item 3" in str(messages) else 1))

    def run() -> Any:
        net = trainable(Prompt(model, "Answer.", "question", "answer"))
        return Trainer(net, "exact_match", rows, optimizer=_Nothing(), folder=run_folder).fit()

    assert run().status == "no gain shown"
    calls = len(model.calls)
    assert run().status == "no gain shown" and len(model.calls) == calls > 0


class _Nothing(llmdl_plugins.Optimizer):
    """Proposes nothing."""

    name = "nothing"

    async def optimize(self, problem: Any) -> None:
        """Looks at all train rows."""
        await problem.evaluate([{}], problem.train)


@pytest.mark.parametrize(
    "make",
    [
        lambda: "a" * 60_000 + "!",
        lambda: "(" * 60_000,
        lambda: "[" * 60_000,
        lambda: "1" * 60_000,
        lambda: "```" + " " * 60_000,
    ],
)
@pytest.mark.parametrize("name", ["exact_match", "contains", "f1", "numeric", "json_match"])
async def test_no_text_makes_a_loss_slow(name: str, make: Callable[[], str]) -> None:
    import time

    from llmdl_plugins.data import Example

    since = time.perf_counter()
    await resolve(name)(make(), Example({}, make()[:-1], "1"))
    assert time.perf_counter() - since < 5
