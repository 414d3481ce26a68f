"""`measure.py NAME`: one public agent: found, bound, exported, each call compared with the patched source.

The product that is measured is the one on PYTHONPATH.  AGENTS_DIR holds the checkouts, AGENTS_WORK takes what is made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import tree
from alike import equal, first_difference
from marks import arrived

SECONDS = int(os.environ.get("AGENTS_SECONDS", "300"))


def measure(name: str) -> dict[str, Any]:
    """The figures of one agent, also written to AGENTS_WORK/out/NAME.json."""
    agent = tree.agent(name)
    if (source := tree.checkout(agent)) is None:
        raise SystemExit(f"{agent.repository}@{agent.commit} is not in {tree.AGENTS_DIR}: run checkout.py {name}.")
    out = tree.AGENTS_WORK / "out" / f"{name}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    copy = tree.copied(agent, source, tree.AGENTS_WORK / "copy" / name)
    inside = _child("inside.py", name, copy, out.with_suffix(".inside.json"))
    patched = _patched(name, inside)
    figures = {"agent": name, **summed(agent, inside, patched), "inside": inside, "patched": patched}
    out.write_text(json.dumps(figures, indent=1), "utf-8")
    return figures


def _child(script: str, name: str, copy: Path, out: Path, **environment: str) -> dict[str, Any]:
    """What a script in a process of its own wrote."""
    out.unlink(missing_ok=True)
    command = [sys.executable, str(tree.HERE / script), name, str(copy), str(out)]
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=env, check=False)
        said = ended.stderr or ended.stdout
    except subprocess.TimeoutExpired:
        said = f"not done after {SECONDS} s"
    written: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {"failure": said[-3000:]}
    return written


def _patched(name: str, inside: dict[str, Any]) -> dict[str, Any]:
    """The run of a patched copy, without the package that made the patch."""
    copy = tree.AGENTS_WORK / "patched" / name
    source = tree.checkout(tree.agent(name))
    if "patch" not in inside or source is None:
        return {"failure": "no patch", "calls": []}
    tree.copied(tree.agent(name), source, copy)
    (copy / ".git").rmdir()
    patch = copy.with_suffix(".patch")
    patch.write_text(inside["patch"], "utf-8", newline="")
    if inside["patch"]:
        subprocess.run(["git", "init", "-q", str(copy)], check=True)
        apply = ["git", "-C", str(copy), "apply", "--whitespace=nowarn", str(patch)]
        if (applied := subprocess.run(apply, capture_output=True, text=True, check=False)).returncode:
            return {"failure": f"git apply: {applied.stderr}", "calls": []}
    return {"calls": [], **_child("bare.py", name, copy, patch.with_suffix(".json"), PYTHONPATH="")}


def summed(agent: Any, inside: dict[str, Any], patched: dict[str, Any]) -> dict[str, Any]:
    """Counts, and what failed, label by label."""
    probe = inside.get("probe", {"holders": [], "parameters": {}})
    parameters, numbers = probe["parameters"], inside.get("numbers", {})
    bound_calls, patched_calls = inside.get("bound_calls", []), patched["calls"]
    sent, sent_patched = (json.dumps(calls, default=str) for calls in (bound_calls, patched_calls))
    usable = [name for name, one in parameters.items() if one["trainable"]]
    bound = [name for name in usable if arrived(numbers.get(name, -1), sent)]
    exported = [name for name in usable if arrived(numbers.get(name, -1), sent_patched)]
    held = [*probe["holders"], *[None] * (len(agent.prompts) - len(probe["holders"]))]
    same, calls = equal(bound_calls, patched_calls), max(len(bound_calls), len(patched_calls))
    return {
        "prompts": len(agent.prompts) + agent.elsewhere,
        "static": sum(name is not None for name in inside.get("static", {"holders": []})["holders"]),
        "found": sum(name is not None for name in held) + min(agent.elsewhere, _without_place(parameters)),
        "usable": sum(name in usable for name in held),
        "bound": sum(name in bound for name in held),
        "exported": sum(name in exported for name in held),
        "reached": sum(inside.get("reached", [])),
        "parameters": len(usable),
        "parameters_bound": len(bound),
        "parameters_exported": len(exported),
        "extras": [_shown(name, parameters) for name in usable if not parameters[name]["labelled"]],
        "frozen": {name: one["because"] for name, one in parameters.items() if not one["trainable"]},
        "calls": calls,
        "equal": same,
        "base": len(inside.get("base_calls", [])),
        "whole": calls > 0 and same == calls and "failure" not in inside,
        "probe_equals_base": equal(inside.get("base_calls", []), inside.get("probe_calls", [])),
        "difference": first_difference(bound_calls, patched_calls) if same < calls else [],
        "static_ms": inside.get("static_ms"),
        "probe_ms": inside.get("probe_ms"),
        "failures": list(_failures(agent, inside, patched, held, usable, bound, exported)),
    }


def _without_place(parameters: dict[str, Any]) -> int:
    return sum(not one["places"] for one in parameters.values())


def _shown(name: str, parameters: dict[str, Any]) -> str:
    return f"{name} ({', '.join(parameters[name]['places'])})"


def _failures(
    agent: Any, inside: dict[str, Any], patched: dict[str, Any], held: Any, usable: Any, bound: Any, exported: Any
) -> Any:
    for what, one in (("measuring", inside), ("patched run", patched)):
        if "failure" in one:
            yield f"{what} failed at {one.get('stage', 'start')}: {one['failure'].strip().splitlines()[-1]}"
    for n, (label, name) in enumerate(zip(agent.prompts, held, strict=True)):
        reached = "" if n < len(inside.get("reached", [])) and inside["reached"][n] else " (reached by no run)"
        if name is None:
            yield f"{label} not found{reached}"
        elif name not in usable:
            yield f"{label} = {name} frozen{reached}: {inside['probe']['parameters'][name]['because']}"
        elif name not in bound or name not in exported:
            missing = [what for what, done in (("bound", bound), ("exported", exported)) if name not in done]
            yield f"{label} = {name} not {' nor '.join(missing)}{reached}"
    for name, problem in {**inside.get("unmarked", {}), **inside.get("not_exported", {})}.items():
        yield f"{name}: {problem}"
    if "not_exported_together" in inside:
        yield f"all together: {inside['not_exported_together']}"
    for phase in ("base", "probe", "bound"):
        for said in inside.get(f"{phase}_failures", []):
            if phase == "base" or said not in inside["base_failures"]:
                yield f"{phase} {said}"


if __name__ == "__main__":
    shown = measure(sys.argv[1])
    print(json.dumps({key: value for key, value in shown.items() if key not in ("inside", "patched")}, indent=1))
