"""What stands around the application: clients, caches, prices, plugins, the optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from langchain_core.globals import get_llm_cache

from llmdl_plugins.door.asked import described
from llmdl_plugins.door.calls import model_of
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import BUILTIN, manager
from llmdl_plugins.run.architecture import built, recipe_of
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.finding import Finding, State
from llmdl_plugins.training.doctor.runs import Runs


def of_surroundings(case: Case, runs: Runs | None) -> Iterator[Finding]:
    """What makes a run slower, dearer or less repeatable than it has to be."""
    yield from _heard(runs)
    yield from _caches()
    yield from _prices(case, runs)
    yield from _plugins()
    yield from _optimizer(case)


def _heard(runs: Runs | None) -> Iterator[Finding]:
    """What the runs said by themselves: transport, clients that retry, answers that were lost."""
    if runs is None:
        yield Finding("transport", "??", "which clients send, and whether they retry, shows with --calls")
        return
    for said in dict.fromkeys(runs.said):
        yield Finding("runs", "??", said)
    if not any("retries by itself" in said or "httpx" in said for said in runs.said):
        yield Finding("transport", "ok", "no client retries by itself, or sends slower than it could")


def _caches() -> Iterator[Finding]:
    if (cache := get_llm_cache()) is not None:
        what = f"LangChain's global cache is on ({type(cache).__name__}): what is drawn again comes from it"
        yield Finding("caches", "!!", what, "set_llm_cache(None) while training: the run folder remembers answers")


def _prices(case: Case, runs: Runs | None) -> Iterator[Finding]:
    asked = {(receipt.model, receipt.provider) for r in (runs.all if runs else ()) for receipt in r.receipts}
    if case.teacher is not None:
        asked.add(model_of(described(case.teacher)))
    unknown = sorted(m for m, by in asked if case.prices.usd(m, by, {"input": 1, "output": 1}) is None)
    if unknown:
        state: State = "!!" if case.budget.usd is not None else "??"
        todo = 'give --prices FILE, or install "llmdl-plugins[prices]"'
        yield Finding("prices", state, f"no price is known for {', '.join(unknown)}, so dollars can't be counted", todo)
    elif asked:
        yield Finding("prices", "ok", f"known for {', '.join(sorted(m for m, _ in asked))}")


def _plugins() -> Iterator[Finding]:
    loaded = manager()
    for fault in loaded.faults:
        yield Finding("plugins", "!!" if fault.fatal else "??", str(fault), "`llmdl plugins check` tells more")
    if not any(fault.fatal for fault in loaded.faults):
        yield Finding("plugins", "ok", f"{len(loaded.plugins)} loaded")


def _optimizer(case: Case) -> Iterator[Finding]:
    name = case.optimizer.name
    if (recipe := recipe_of(case.network, None, case.optimizer)) is not None:
        try:
            built(case.network, {"recipe": recipe, "tools": case.tools.json()})
        except MisuseError as error:
            yield Finding("optimizer", "??", f"{name} puts {recipe} around a node: {error}", "give --node to fit")
            return
    offers = [o for kind in ("optimizers", "searches") if (o := catalogue(kind).get(name))]
    if offers and offers[0].plugin == BUILTIN:
        yield Finding("optimizer", "ok", f"{name}; a run that was stopped goes on where it was")
        return
    origin = f"of the plugin {offers[0].plugin.label}" if offers else "of your own"
    what = f"{name} {origin}: a run that was stopped ends the same only if its chance comes from problem.seed"
    yield Finding("optimizer", "??", what)
