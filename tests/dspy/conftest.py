"""DSPy without state of the machine, a provider in a process of its own, and runs that pay."""

from __future__ import annotations

import os
import tempfile

os.environ["DSPY_CACHEDIR"] = tempfile.mkdtemp()

from ..sdks.conftest import address, no_waiting, provider, run

__all__ = ["address", "no_waiting", "provider", "run"]
