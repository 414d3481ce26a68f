"""What of the world outside would training touch?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmdl_plugins.errors import LlmdlError, SideEffect
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.finding import Finding
from llmdl_plugins.training.doctor.runs import Runs

_WRITES = re.compile(
    r"(?:^|_)(send|write|create|delete|remove|update|insert|add|save|store|put|post|patch|upload|publish|"
    r"order|buy|pay|refund|charge|transfer|book|cancel|reserve|schedule|submit|approve|close|open|move|rename|"
    r"execute|exec|run|deploy|merge|commit|reply|email|mail|notify|escalate)(?:_|$)"
)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W]+")


def of_effects(case: Case, runs: Runs | None) -> Iterator[Finding]:
    """What was refused in the runs, tools whose names say that they act, and code that acts by itself."""
    if runs is not None:
        yield _refused(runs.failed)
    if case.tools.mode == "live" and (acting := sorted(_tools(case, runs) - case.tools.safe)):
        what = f"tools that look like they act on the world are called by every run: {', '.join(acting)}"
        yield Finding(
            "effects", "!!", what, "--tools replay, or --safe-tool NAME for those that may", {"tools": acting}
        )
    for name in case.tools.unknown(case.network, _used(runs)):
        yield Finding("effects", "??", name)
    for concern in case.network.concerns():
        yield Finding("application", "??", concern)


def _refused(failed: LlmdlError | None) -> Finding:
    if isinstance(failed, SideEffect):
        what = f"{failed.node} was about to {failed.what}, and was kept from it"
        alone = f", or --safe-tool {failed.tool}" if failed.tool else ""
        return Finding("effects", "!!", what, f"give {failed.option}{alone} if each run may do that")
    if failed is not None:
        return Finding("runs", "!!", str(failed))
    return Finding("effects", "ok", "the rows that were run tried nothing that is guarded")


def _tools(case: Case, runs: Runs | None) -> set[str]:
    return {name for name in case.network.tool_names() | _used(runs) if looks_acting(name)}


def _used(runs: Runs | None) -> set[str]:
    return {tool.name for r in (runs.all if runs else ()) for step in r.tape.steps for tool in step.tools}


def looks_acting(tool: str) -> bool:
    """Whether a tool's name says that it changes something.

    >>> [looks_acting(n) for n in ("send_mail", "refundOrder", "search", "get_order_by_id", "look_up")]
    [True, True, False, False, False]
    """
    words = "_".join(_WORDS.split(tool)).lower()
    return bool(_WRITES.search(words)) and not re.match(
        r"(get|list|search|find|read|look|fetch|show|check)(_|$)", words
    )
