"""Whether the exported application sends what the trained one sent: replayed in a process of its own, no call paid."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from llmdl_langgraph.exporting import replay_alone
from llmdl_langgraph.exporting.replay_alone import masked
from llmdl_langgraph.exporting.witness import Witness
from llmdl_plugins.checks import Verification, parted
from llmdl_plugins.effects import guard
from llmdl_plugins.effects.effect import Allowed
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import plain

SECONDS = 300.0


@dataclass(frozen=True)
class Exported:
    """An exported application: the files of its folder, and where its graph is."""

    files: Mapping[str, bytes]
    module: str
    attribute: str


async def verify(network: Network, exported: Exported, probes: Sequence[Any], context: Any = None) -> Verification:
    """Run each probe under the values in force, then on the exported files with the same answers.

    Args:
        network: the trained application.
        exported: its files.
        probes: inputs.
        context: what both are run with.

    Raises:
        MisuseError: a probe raises, or the exported application can't be started.
    """
    runs: list[Any] = [
        {"inputs": plain(probe), "context": context, "calls": await _witnessed(network, probe, n)}
        for n, probe in enumerate(probes, 1)
    ]
    done = await _alone(exported, runs)
    told = [line for n, (run, out) in enumerate(zip(runs, done, strict=True), 1) for line in _differences(n, run, out)]
    return Verification(len(runs), sum(len(run["calls"]) for run in runs), tuple(told))


async def _witnessed(network: Network, probe: Any, n: int) -> list[Any]:
    witness = Witness()
    await witness.attend(network, probe, n, "application")
    return witness.calls


async def _alone(exported: Exported, runs: Sequence[Any]) -> Any:
    with TemporaryDirectory(prefix="verified-") as made:
        folder, told, written = Path(made) / "app", Path(made) / "told.json", Path(made) / "written.json"
        for path, content in exported.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        spec = {
            "folder": str(folder),
            "path": [path for path in sys.path if path],
            "module": exported.module,
            "attribute": exported.attribute,
            "probes": runs,
            "allowed": _told(guard.rules()),
        }
        told.write_text(json.dumps(spec), encoding="utf-8")
        await _started(str(Path(replay_alone.__file__)), str(told), str(written))
        return json.loads(written.read_text(encoding="utf-8"))


def _told(allowed: Allowed | None) -> Any:
    """What the exported application may do, as JSON; None where nothing guards this process."""
    if allowed is None:
        return None
    return {field: list(value) for field, value in vars(allowed).items() if field != "ours"}


async def _started(*arguments: str) -> None:
    pipe = subprocess.PIPE
    with guard.ours():
        process = subprocess.Popen([sys.executable, *arguments], stdout=pipe, stderr=pipe)
    try:
        _, said = await asyncio.to_thread(process.communicate, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise MisuseError(f"The exported application did not end within {SECONDS:g} seconds.") from None
    finally:
        process.kill()
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise MisuseError(
            f"The exported application could not be run in a process of its own: {last[0]}. "
            "Does its import need something that only this process has?"
        )


def _differences(probe: int, run: Any, out: Any) -> list[str]:
    lines = []
    for asked in out["asked"]:
        if asked["call"] is None:
            lines.append(
                f"probe {probe}: node {asked['node']!r} makes a call that the trained application did not make"
            )
            continue
        told, at = run["calls"][asked["call"]], f"probe {probe}, call {asked['call'] + 1}, node {asked['node']!r}"
        if not asked["equal"]:
            lines.append(f"{at}: {_first(told['messages'], asked['messages'])}")
        lines += [f"{at}: {line}" for line in _redefined(told["offered"], asked["offered"])]
    for n in out["left"]:
        lines.append(
            f"probe {probe}, call {n + 1}, node {run['calls'][n]['node']!r}: the exported application does not make it"
        )
    if out["error"]:
        lines.insert(0, f"probe {probe}: the exported application raised {out['error']}")
    return lines


def _first(bound: Sequence[Any], alone: Sequence[Any]) -> str:
    """The first message that differs, and where in it."""
    if len(bound) != len(alone):
        return f"{len(bound)} messages, but {len(alone)} from the exported application"
    n, one, other = next((n, a, b) for n, (a, b) in enumerate(zip(bound, alone, strict=True)) if masked(a) != masked(b))
    texts = [
        m["content"] if isinstance(m["content"], str) else json.dumps(m["content"], sort_keys=True)
        for m in (one, other)
    ]
    if texts[0] == texts[1]:
        return f"message {n + 1} differs beside its text: {one} and {other}"
    return f"message {n + 1} {parted(*texts)}"


def _redefined(bound: Mapping[str, Any], alone: Mapping[str, Any]) -> Iterator[str]:
    """What the definitions of tools and schemas that both sides told as plain JSON say differently."""
    for key in bound.keys() & alone.keys():
        if masked(bound[key]) != masked(alone[key]):
            yield f"{key!r} {parted(*(json.dumps(told, sort_keys=True) for told in (bound[key], alone[key])))}"
