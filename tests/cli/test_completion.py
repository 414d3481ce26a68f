"""Commands and options are completed in a shell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("typed", "completed"), [("llmdl fi", "fit"), ("llmdl fit --safe", "--safe-tool")])
def test_what_is_typed_is_completed(typed: str, completed: str) -> None:
    asked = {"_LLMDL_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    program = "import sys; from llmdl_plugins.cli import main; sys.argv = ['llmdl']; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == (completed, "")
