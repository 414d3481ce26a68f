"""The examination: what can be told without a call first, then what a few runs tell."""

from __future__ import annotations

from collections.abc import Iterator

from llmdl_plugins import sync
from llmdl_plugins.run.events import Told, Watcher, silent
from llmdl_plugins.training.baseline import Baseline, no_model_baseline
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.effects import of_effects
from llmdl_plugins.training.doctor.finding import Diagnosis, Finding
from llmdl_plugins.training.doctor.headroom import Headroom, of_headroom
from llmdl_plugins.training.doctor.noise import Noise, of_noise
from llmdl_plugins.training.doctor.proof import of_power
from llmdl_plugins.training.doctor.rows import of_rows
from llmdl_plugins.training.doctor.runs import Runs, made
from llmdl_plugins.training.doctor.surroundings import of_surroundings
from llmdl_plugins.training.doctor.trained import of_parameters


def examine(case: Case, watcher: Watcher = silent) -> Diagnosis:
    """What is to be done before a run is paid for; at most `case.calls` model calls are made."""
    return sync.run(_examined(case, watcher))


async def _examined(case: Case, watcher: Watcher) -> Diagnosis:
    runs = None
    if case.calls:
        watcher(Told(f"at most {case.calls} model calls are made, on train rows; --no-calls makes none"))
        runs = await made(case, watcher)
    case = runs.case if runs else case.shown()
    noise = Noise.of(runs.pairs) if runs else None
    splits = case.splits if runs else None
    baseline = await no_model_baseline(splits.train, splits.val, case.loss) if splits else None
    return Diagnosis(list(_found(case, runs, noise, baseline)), runs.spent if runs else {"calls": 0})


def _found(case: Case, runs: Runs | None, noise: Noise | None, baseline: Baseline | str | None) -> Iterator[Finding]:
    yield from of_rows(case)
    yield from of_parameters(case.network, [*runs.probes, *runs.twice[0]] if runs else ())
    yield from of_power(case, noise)
    when = "where rows can be run" if runs and runs.failed else "with more --calls"
    if noise is not None:
        yield from of_noise(noise, baseline)
    else:
        yield Finding("noise", "??", f"how much the application differs from itself shows {when}")
    if runs is not None and (table := _table(runs)):
        yield of_headroom(Headroom.of(table))
    else:
        yield Finding("headroom", "??", f"whether prompts move this task shows {when}")
    yield from of_effects(case, runs)
    yield from of_surroundings(case, runs)


def _table(runs: Runs) -> list[list[float]]:
    """Scores of each prompt on the rows that all of them could be run on."""
    prompts = [*runs.twice, *runs.prompts]
    if len(runs.prompts) < 2:
        return []
    whole = [
        n for n, told in enumerate(zip(*prompts, strict=True)) if all(r.status != "infrastructure error" for r in told)
    ]
    return [[scores[n].score for n in whole] for scores in prompts] if len(whole) > 2 else []
