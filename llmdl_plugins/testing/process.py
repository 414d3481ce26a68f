"""A simulated model in a process of its own, for tests that need a real server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llmdl_plugins.errors import MisuseError


@contextmanager
def server_process(**settings: Any) -> Iterator[str]:
    """The address of a server that runs inside, as in `http://127.0.0.1:40123`.

    Args:
        settings: as in `Settings`.

    Raises:
        MisuseError: the server did not start.
    """
    command = [sys.executable, "-m", "llmdl_plugins.testing.server", *map(_option, settings.items())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()


def _option(setting: tuple[str, Any]) -> str:
    name, value = setting[0].replace("_", "-"), setting[1]
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name}={value}"


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline().strip() if process.stdout else ""
    if not line:
        raise MisuseError("The simulated server did not start; its reason is on stderr.")
    return line
