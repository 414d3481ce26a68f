"""In a process of its own: `inside.py NAME COPY OUT` finds, binds and exports, and writes what came of it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tree
from driven import driven, run_all
from marks import marked, refusal
from places import holders, is_sent, places, squeezed

from llmdl_plugins import trainable


def main(name: str, copy: str, out: str) -> None:
    """Measure a copy and write the figures; what fails is written as it stands."""
    result: dict[str, Any] = {"stage": "import"}
    try:
        _measure(name, Path(copy), result)
    except BaseException:
        result["failure"] = traceback.format_exc()[-3000:]
    Path(out).write_text(json.dumps(result, default=str), "utf-8")


def _measure(name: str, root: Path, result: dict[str, Any]) -> None:
    agent = tree.agent(name)
    labelled = places(agent, root)
    user = tree.imported(agent, root)
    graph = driven(user, agent.runs)
    result["stage"] = "bare run"
    asyncio.run(run_all(graph))
    base = _taken(result, "base", graph)
    sent = squeezed(base)
    result["reached"] = [is_sent(place, sent) for place in labelled]
    result["stage"] = "discovery"
    static, result["static_ms"] = _timed(lambda: trainable(user))
    result["static"] = _found(static, labelled)
    net, result["probe_ms"] = _timed(lambda: trainable(graph, probes=[run.inputs for run in agent.runs]))
    _taken(result, "probe", graph)
    result["probe"] = _found(net, labelled)
    result["stage"] = "binding"
    values, result["unmarked"] = _values(net)
    result["numbers"] = {one: number for number, one in enumerate(net.named_parameters())}
    asyncio.run(_bound(net, agent.runs, values))
    _taken(result, "bound", graph)
    result["stage"] = "export"
    result["not_exported"] = {one: problem for one in values if (problem := _problem(net, {one: values[one]}))}
    exportable = {one: value for one, value in values.items() if one not in result["not_exported"]}
    if problem := _problem(net, exportable):
        result["not_exported_together"] = problem
    result["patch"] = "" if problem else net.export("patch", exportable)
    result["stage"] = "done"


def _timed(make: Any) -> tuple[Any, float]:
    began = time.perf_counter()
    return make(), round((time.perf_counter() - began) * 1e3, 1)


def _taken(result: dict[str, Any], what: str, graph: Any) -> list[Any]:
    calls, failures = graph.log.take()
    result[what + "_calls"], result[what + "_failures"] = calls, failures
    return list(calls)


def _found(net: Any, labelled: Any) -> dict[str, Any]:
    """Label by label the parameter that holds it; every parameter with its place."""
    sites = {name: text.sites for name, text in net.discovery.texts.items()}
    parameters = dict(sorted(net.named_parameters().items(), key=lambda one: not one[1].trainable))
    held = holders(labelled, [(name, sites.get(name, ())) for name in parameters])
    return {
        "holders": held,
        "parameters": {
            name: {
                "trainable": bool(one.trainable),
                "because": one.frozen_because,
                "places": [f"{Path(site.file).name}:{site.span[0]}" for site in sites.get(name, ())],
                "labelled": name in held,
            }
            for name, one in parameters.items()
            if one.kind == "text"
        },
    }


def _values(net: Any) -> tuple[dict[str, str], dict[str, str]]:
    """A marked value for every trainable text, and why there is none for the others."""
    values, refused = {}, {}
    for number, (name, parameter) in enumerate(net.named_parameters().items()):
        if parameter.trainable and parameter.kind == "text":
            if (value := marked(parameter, number)) is None:
                refused[name] = refusal(parameter, number)
            else:
                values[name] = value
    return values, refused


async def _bound(net: Any, runs: Any, values: Mapping[str, str]) -> None:
    with net.using(values):
        for run in runs:
            await net.ainvoke(run.inputs)


def _problem(net: Any, values: Mapping[str, str]) -> str:
    try:
        net.export("patch", values)
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}"
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
