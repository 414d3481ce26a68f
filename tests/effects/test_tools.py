"""A tool that may act may do so in a process where no run tells who is at work, asked synchronously or not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import asyncio, sys
from pathlib import Path
from langchain_core.tools import tool
from llmdl_plugins.effects import guard, tools
from llmdl_plugins.effects.effect import Allowed
from llmdl_plugins.errors import SideEffect

guard.install(Allowed(tools=frozenset({"keep", "akeep"})))
tools.told()

@tool
def keep(text: str) -> str:
    "Keep it."
    Path(sys.argv[1]).write_text(text)
    return text

@tool
async def akeep(text: str) -> str:
    "Keep it."
    Path(sys.argv[1]).write_text(text)
    return text

@tool
def other(text: str) -> str:
    "Keep it elsewhere."
    Path(sys.argv[1]).write_text(text)
    return text

print(keep.invoke({"text": "a"}), asyncio.run(akeep.ainvoke({"text": "b"})), asyncio.run(keep.ainvoke({"text": "c"})))
try:
    other.invoke({"text": "d"})
except SideEffect as refused:
    print(refused)
"""


def test_what_a_tool_does_is_done_under_its_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "kept.txt")], capture_output=True, text=True, timeout=60
    )
    first, second = done.stdout.splitlines()
    assert first == "a b c" and "other" in second and "--safe-tool" in second, done.stderr
    assert (tmp_path / "kept.txt").read_text() == "c"
