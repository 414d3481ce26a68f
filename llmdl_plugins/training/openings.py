"""How often each test set was opened on this machine, in whatever run: a seal that is broken often proves little."""

from __future__ import annotations

import json
import os
from pathlib import Path

from filelock import FileLock


def count_opening(test_fingerprint: str, run: str) -> int:
    """Note that a run opens a test set; the number of runs that have, this one included.

    Args:
        test_fingerprint: hash of the test rows.
        run: names the run; its own resumes count once.
    """
    path = state_folder() / "openings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), timeout=30):
        openings = json.loads(path.read_text()) if path.exists() else {}
        runs = openings.setdefault(test_fingerprint, [])
        if run not in runs:
            runs.append(run)
            aside = path.with_suffix(".new")
            aside.write_text(json.dumps(openings))
            aside.chmod(0o600)
            aside.replace(path)
        return len(runs)


def state_folder() -> Path:
    """Where this machine's count is kept."""
    base = os.environ.get("LLMDL_STATE")
    return Path(base) if base else Path(os.environ.get("XDG_STATE_HOME", "~/.local/state")).expanduser() / "llmdl"
