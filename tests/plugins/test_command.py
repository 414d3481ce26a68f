"""`llmdl plugins` and the commands that plugins add, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import HEAD, Install, Shell

COMMAND = """
    import sys

    @hookimpl
    def llmdl_commands():
        return [Spec("publish", "publisher:publish", "sends a result home"), Spec("show", "publisher:publish", "mine")]
"""
TARGET = """
import typer

def publish(name: str, loud: bool = False) -> None:
    print(f"published {name}{'!' if loud else ''}")

app = typer.Typer()

@app.command()
def up(name: str) -> None:
    raise OSError("no route")

@app.command()
def down() -> None:
    print("down")
"""


def modules_after(code: str) -> set[str]:
    probe = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture
def publisher(install: Install) -> None:
    path = install("publisher", COMMAND)
    path.with_name("publisher.py").write_text(TARGET)


@pytest.mark.usefixtures("publisher")
def test_a_command_stands_in_the_help_and_nothing_of_its_plugin_is_imported(shell: Shell) -> None:
    assert "publish  sends a result home" in shell("--help").stdout
    code = "from llmdl_plugins.cli import app; app(['--help'], standalone_mode=False)"
    assert {m for m in modules_after(code) if m.startswith(("publisher", "llmdl_langgraph", "llmdl_sdks"))} == set()


@pytest.mark.usefixtures("publisher")
def test_a_command_is_imported_when_it_is_called_and_ours_keep_their_names(shell: Shell) -> None:
    assert shell("publish", "one", "--loud").stdout == "published one!\n"
    assert "Show nodes, parameters" in shell("show", "--help").stdout
    wrong = shell("publish")
    assert wrong.returncode == 2 and "Missing argument" in wrong.stderr


def test_a_typer_app_is_a_command_with_commands(install: Install, shell: Shell) -> None:
    source = '@hookimpl\ndef llmdl_commands():\n    return [Spec("home", "publisher:app", "all about home")]'
    install("publisher", source).with_name("publisher.py").write_text(TARGET)
    assert shell("home", "down").stdout == "down\n"
    failed = shell("home", "up", "x")
    assert failed.returncode == 2
    assert failed.stderr == "error: home of the plugin 'publisher' (publisher 1.0) raised OSError: no route\n"


def test_a_command_whose_plugin_hangs_holds_up_no_other(install: Install, shell: Shell) -> None:
    install("slow", f"{COMMAND}\n    while True:\n        pass")
    assert "publish  sends a result home" in shell("--help").stdout
    assert shell("--version").stdout.startswith("llmdl-plugins 0.1.0 (Python 3")


def test_an_unknown_command_is_misuse(shell: Shell) -> None:
    done = shell("fitt")
    assert done.returncode == 2 and "Did you mean 'fit'" in done.stderr


def test_what_is_installed_is_listed_with_where_it_is_from_and_what_it_adds(install: Install, shell: Shell) -> None:
    path = install("mine", '@hookimpl\ndef llmdl_losses():\n    return [Spec("f1", "json:dumps", "mine")]')
    done = shell("plugins")
    assert done.returncode == 0, done.stderr
    assert f"mine  mine 1.0  mine_plugin\n  {path}\n  losses\n    mine:f1  mine\n" in done.stdout
    assert "langgraph  llmdl-plugins" in done.stdout


def test_what_is_broken_is_named_with_its_reason_and_ends_with_1(install: Install, shell: Shell) -> None:
    install("exits", "import os\nos._exit(7)")
    install("hangs", "while True: pass")
    install("loud", "print('x' * 99, flush=True)\n@hookimpl\ndef llmdl_run_started(event):\n    pass")
    install("raises", "raise ValueError('\\x1b]0;gone\\x07')")
    install("unwanted", "raise SystemExit")
    done = shell("plugins", "list", "--json", "--limit", "2", LLMDL_PLUGINS="-unwanted")
    assert done.returncode == 1
    found = {p["name"]: p for p in json.loads(done.stdout)["plugins"]}
    assert found["exits"]["faults"] == ["it ended its process (exit code 7)"]
    assert found["hangs"]["faults"] == ["it takes more than 2 s"]
    assert found["loud"]["state"] == "ok" and found["loud"]["run_hooks"] == ["llmdl_run_started"]
    assert found["raises"]["version"] == "1.0" and "ValueError" in found["raises"]["faults"][0]
    assert found["unwanted"]["state"] == "off"
    words = shell("plugins", LLMDL_PLUGINS="raises")
    assert words.returncode == 1 and "BROKEN: it raised ValueError: \\x1b]0;gone\\x07" in words.stdout
    assert "\x1b" not in words.stdout


def test_ten_thousand_specs_are_listed_and_none_is_loaded(install: Install, shell: Shell) -> None:
    specs = '[Spec(f"n{n}", "nowhere:nobody") for n in range(10_000)]'
    install("many", f"@hookimpl\ndef llmdl_losses():\n    return {specs}")
    done = shell("plugins")
    assert done.returncode == 0 and "    n9999  " in done.stdout


GOOD = """
class Polite(Loss):
    name = "polite"

    async def compare(self, got, want, example):
        return Score(float("please" in str(got)))

@hookimpl
def llmdl_losses():
    return [Spec("polite", "polite_plugin:Polite", "1 where it says please")]
"""


ODD = """
@hookimpl
def llmdl_loses():
    return []

@hookimpl
def llmdl_models():
    m = Spec("m", "json:dumps", "x", requires=("json",))
    return [m, Spec("g", "getpass:getuser"), Spec("gone", "json:gone", "x")]

@hookimpl
def llmdl_recipes():
    return [Spec("r", "json:dumps", "x")]
"""


def test_check_says_what_a_plugin_keeps(tmp_path: Path, shell: Shell) -> None:
    path = tmp_path / "polite_plugin.py"
    path.write_text(f"from llmdl_plugins import Loss, Score\n{HEAD}{GOOD}")
    done = shell("plugins", "check", path)
    assert done.returncode == 0, done.stdout
    assert "ok    loss 'polite' can be called as f()" in done.stdout
    assert "ok    loss 'polite': Two that are made alike are one: a run that goes on" in done.stdout
    assert "FAIL" not in done.stdout and done.stdout.endswith(" kept\n")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while True: pass", ["FAIL  it is loaded, its hooks and specs are right\n      it takes more than 1 s"]),
        (
            ODD,
            [
                "FAIL  it is loaded, its hooks and specs are right\n      there is no hook 'llmdl_loses'. Did you",
                "FAIL  model 'm' names the extra that installs json",
                "FAIL  model 'g' has a summary",
                "FAIL  model 'g' can be called as f(name)\n      it can't be: too many positional arguments",
                "FAIL  model 'gone' can be imported",
                "ok    recipe 'r' can be called as f(network, node=…, source=…)",
            ],
        ),
    ],
    ids=["hangs", "odd"],
)
def test_check_says_what_a_plugin_breaks(install: Install, shell: Shell, source: str, said: list[str]) -> None:
    install("odd", source)
    done = shell("plugins", "check", "odd", "--limit", "1" if "while" in source else "60")
    assert done.returncode == 1
    assert [line for line in said if line not in done.stdout] == [], done.stdout


STRICT = """
class Strict(Loss):
    async def compare(self, got, want, example):
        return Score(float(got.strip() == want.strip().nothing))

@hookimpl
def llmdl_losses():
    return [Spec("strict", "strict_plugin:Strict", "x")]
"""


def test_check_names_the_line_of_the_plugin_and_says_a_reason_once(tmp_path: Path, shell: Shell) -> None:
    path = tmp_path / "strict_plugin.py"
    path.write_text(f"from llmdl_plugins import Loss, Score\n{HEAD}{STRICT}")
    told = shell("plugins", "check", path).stdout
    line = path.read_text().splitlines().index("        return Score(float(got.strip() == want.strip().nothing))") + 1
    assert told.count(f"has no attribute 'nothing' (strict_plugin.py, line {line})") == 1, told
    assert "\n      as above\n" in told


def test_check_of_what_is_not_there_is_misuse(shell: Shell) -> None:
    done = shell("plugins", "check", "lokal")
    assert done.returncode == 2 and "Did you mean 'local'" in done.stderr
