"""A small training that is run again and again in forks of one process, on a disk that fails: see test_failing_disk.

Reads lines of JSON, the arguments of `in_a_fork`; answers each with what became of that run.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.report.page import write_report
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.write import Write
from llmdl_plugins.testing import SimulatedChat, Simulator

ROWS = (("train", 8), ("val", 8), ("test", 16))


def trained(base: Path) -> dict[str, Any]:
    """What became of the run in `base/run`."""
    acknowledged = list[str]()
    add: Callable[..., Write] = Ledger.add_call

    def watched(self: Ledger, call: Call, *args: Any) -> Write:
        write = add(self, call, *args)
        write.then(lambda failure: None if failure else acknowledged.append(call.key))
        return write

    Ledger.add_call = watched  # type: ignore[method-assign]
    simulator = Simulator(skill="rule", seed=5)
    model = SimulatedChat(simulator=simulator, temperature=0)
    net = trainable(Prompt(model, "Answer.", "question", "answer"))
    rows = [simulator.dataset(split, n) for split, n in ROWS]
    told: dict[str, Any] = {"code": 0, "message": "", "result": None}
    try:
        result = Trainer(net, "exact_match", *rows, teacher=model, budget="70 calls", folder=base / "run").fit()
        write_report(base / "run")
        spent = {k: v for k, v in result.spent.items() if k != "seconds"}
        told["result"] = {**result.json(), "spent": spent, "openings": None}
    except LlmdlError as error:
        told.update(code=error.exit_code, message=str(error))
    return {**told, "paid": simulator.counts["calls"], "acknowledged": acknowledged}


def in_a_fork(base: Path, at: int, error: int, for_good: bool, limit: int) -> None:
    """Run it in a child of this process, and print what became of it."""
    if (child := os.fork()) == 0:
        code = 1
        try:
            os.environ["LLMDL_STATE"] = str(base / "state")
            base.mkdir(exist_ok=True)
            disk = ctypes.CDLL(None)
            if hasattr(disk, "fail_at"):
                disk.fail_at(str(base).encode(), ctypes.c_long(at), error, int(for_good))
            if limit:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            told = trained(base)
            print(json.dumps({**told, "writes": disk.writes_met() if hasattr(disk, "writes_met") else 0}), flush=True)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        print(json.dumps({"code": "crashed"}), flush=True)


def main() -> None:
    """Serve the runs that are asked for."""
    for line in sys.stdin:
        asked = json.loads(line)
        in_a_fork(Path(asked.pop("base")), **asked)


if __name__ == "__main__":
    main()
