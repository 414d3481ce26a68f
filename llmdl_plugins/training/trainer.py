"""The trainer: measure, train, screen, open the seal once, and say what was gained."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmdl_plugins import sync
from llmdl_plugins.data import Dataset, Example, text_key
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import Stopped
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve as resolve_loss
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.run import observers
from llmdl_plugins.run.aim import SCORE, Aim
from llmdl_plugins.run.architecture import read_space, recipe_of
from llmdl_plugins.run.audience import watched
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.events import Told, Watcher
from llmdl_plugins.run.executor import Executor, Job
from llmdl_plugins.run.executor import resolve as resolve_executor
from llmdl_plugins.run.folder import RunFolder, differing
from llmdl_plugins.run.lines import logged
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.models import chat_model
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.optimizer import resolve as resolve_optimizer
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.patience import ROLLOUT_TIMEOUT, TIMEOUT
from llmdl_plugins.run.prices import Prices, Table
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.run.under_way import frozen_heap
from llmdl_plugins.splits import split
from llmdl_plugins.target import load_target
from llmdl_plugins.training import ending, records
from llmdl_plugins.training.course import Course
from llmdl_plugins.training.draining import GRACE, drained, grounded
from llmdl_plugins.training.estimate import Estimate, estimate
from llmdl_plugins.training.evaluating import served
from llmdl_plugins.training.finding import Finding, Shape, seen_before
from llmdl_plugins.training.plan import Plan
from llmdl_plugins.training.result import STOPPED, Result
from llmdl_plugins.training.setup import Setup, refuse_hopeless

INTERRUPTED = "interrupted"
Space = str | Path | Mapping[str, Any] | None


class Trainer:
    """Trains an application on examples and tests once, on rows that training never saw, whether it got better.

    Args:
        net: an application, its name as for `llmdl` ("app.py:graph"), or the network that `trainable` made of it.
        loss: a name, a `Loss`, or any `f(prediction, gold) -> float`.
        train: examples (see `data.load`); val and test are cut from them where they are missing.
        optimizer: a name, an `Optimizer`, or "auto".
        teacher: chat model or `provider:name` that writes feedback and proposals.
        budget: "2 usd", "500 calls", "1e6 tokens, 10 min"; the sealed test is set aside first.
        prices: model → (dollars per 1e6 tokens in, out, in from the cache if that differs); "*" for all others; what
            is not in it comes from the public price list of genai-prices, where that is installed.
        folder: the run folder; the same call on the same folder goes on where it stopped.
        recipe: gives the network an architecture around `node` before training.
        source: the state key that this node is asked with; that with the text of the rows, if not given.
        space: what there is to choose from: the name of a recipe, a file or a mapping with recipes and options.
        aim: "score" for better answers; "cost, 3 points" for what is cheaper and worse by less than 3 points of 100.
        executor: where rows are run: "local" (this process), "processes", or what a plugin offers.
        workers: how many processes; one for each core, if not given.
        concurrency: calls of each model under way at once, and about so many rollouts.
        fast_http: let OpenAI-compatible clients send through aiohttp in this run; they themselves are not changed.
        rpm, tpm: requests and tokens a minute, for each model; None is no limit, and what a server refuses is learned.
        timeout: seconds for one attempt at a model call; one that hangs is tried again.
        rollout_timeout: seconds that the application may take by itself for one row, waiting for models not counted.
        tools: "live", or "replay": what tools gave the original is given to every candidate, and nothing else.
        safe_tools: names of tools that may run whenever they are asked.
        content: whether the folder keeps texts of rows, prompts, answers and tools; without them a resumed run pays
            again for what it has to read.
        loggers: names of loggers, or objects with any of the run hooks as methods.
        probes: train rows that are run first, so that prompts are found by what the application really sends; they are
            paid once.  Not where no texts are kept.
        shape: freezes and unfreezes parameters, once all of them are known.
        watcher: is told how the run goes; by default the logger `llmdl_plugins` is: `logging.basicConfig(level="INFO")`
            shows it.

    Raises:
        MisuseError: anything that can't be carried out as written, before a call is made.
    """

    def __init__(
        self,
        net: Any,
        loss: Any,
        train: Any,
        val: Any = None,
        test: Any = None,
        *,
        optimizer: str | Optimizer = "auto",
        teacher: Any = None,
        budget: str | Budget | None = None,
        prices: Table | None = None,
        folder: str | Path | None = None,
        recipe: str | None = None,
        node: str | None = None,
        source: str | None = None,
        space: Space = None,
        aim: str | Aim = SCORE,
        seed: int = 0,
        concurrency: int = 8,
        executor: str | Executor = "local",
        workers: int | None = None,
        fast_http: bool = False,
        rpm: float | None = None,
        tpm: float | None = None,
        timeout: float | None = TIMEOUT,
        rollout_timeout: float | None = ROLLOUT_TIMEOUT,
        tools: str = "live",
        safe_tools: Sequence[str] = (),
        loggers: Sequence[Any] = (),
        inputs: Sequence[str] = (),
        expected: str | None = None,
        origin: Mapping[str, Any] | None = None,
        content: bool = True,
        force: bool = False,
        probes: int = 0,
        shape: Shape = lambda network: None,
        watcher: Watcher | None = None,
    ) -> None:
        def loaded(source: Any) -> Dataset | None:
            return None if source is None else load(source, inputs=inputs, expected=expected)

        rows = loaded(train)
        assert rows is not None
        splits = split(rows, loaded(val), loaded(test), seed=seed)
        limits, known = Budget.parse(budget), Prices(prices)
        refuse_hopeless(limits, known, len(splits.test))
        model = chat_model(teacher)
        chosen, executed = resolve_optimizer(optimizer, model is not None), resolve_executor(executor, workers)
        place = RunFolder(folder) if folder is not None else None
        plain = trainable(load_target(net) if isinstance(net, str) else net)
        wrong = resolve_loss(loss, model, plain.loss)
        rules = ToolRules(tools, frozenset(safe_tools))  # type: ignore[arg-type]  # it checks the word
        made = _architecture(recipe_of(plain, recipe, chosen), node, source, splits.train, space)
        made = {**made, "tools": rules.json()}
        self._finding = Finding(plain, shape, made, probes if content else 0, seen_before(place, plain))
        made = {**made, **({"target": net} if isinstance(net, str) else {}), **(origin or {})}
        network = self._finding.network()
        self.setup = Setup(
            network=network,
            application=self._finding.fingerprint(network),
            origin=Origin(made, loss, teacher, self._finding.seen),
            splits=splits,
            loss=wrong,
            teacher=model,
            optimizer=chosen,
            executor=executed,
            budget=limits,
            prices=known,
            folder=place,
            seed=seed,
            concurrency=concurrency,
            terms=Terms(timeout, rollout_timeout, rpm, tpm),
            tools=rules,
            content=content,
            fast_http=fast_http,
            force=force,
            aim=Aim.parse(aim),
        )
        if not self._finding.is_open:
            self.setup.refuse_idle()
        self._observers = [*observers.of_plugins(), *observers.loggers(loggers)]
        self.watcher = self._tell = watcher or logged()
        self._meter = Meter(limits, known)

    @property
    def network(self) -> Network:
        """The network that is trained: the given one, or that with the recipe around its node."""
        return self.setup.network

    def fit(self) -> Result:
        """`afit`, waited for; the first Ctrl-C drains and saves, the second stops at once."""
        running = sync.start(self.afit())
        try:
            return sync.waited(running)
        except KeyboardInterrupt:
            self.stop()
            self._say(self.draining)
        try:
            return sync.waited(running)
        except KeyboardInterrupt:
            running.cancel()
            raise

    async def afit(self) -> Result:
        """Train, test once, and say what was gained."""
        setup, meter = self.setup, self._meter
        watching = watched(self.watcher, self._observers, setup.content)
        with records.opened(setup, meter, self._warn) as ledger, watching as self._tell, boundary.door(), frozen_heap():
            cashier = Cashier(ledger, meter, setup.terms.sender(ledger, meter, self._say))
            setup = self.setup = await self._finding.found(setup, ledger, cashier)
            setup.refuse_idle()
            for told in (*setup.tools.unknown(setup.network, ledger.tools_used()), *self._finding.plain.concerns()):
                self._warn(told)
            self._tell(setup.started())
            given = setup.concurrency, setup.terms.rollout_timeout, setup.fast_http
            job = Job(setup.network, setup.loss, cashier, setup.origin, *given)
            async with served(job, ledger, self._tell, setup.tools, setup.executor) as evaluator:
                return await self._ended(Course(setup, meter, evaluator, self._say))

    async def _ended(self, course: Course) -> Result:
        """The result of a course, saved, however it ends."""
        work = asyncio.create_task(course.run())
        cashier = course.evaluator.cashier
        try:
            sealed = await drained(work, lambda: self._meter.stop_reason, self.stop)
        except Stopped as stopped:
            return self._save(ending.untested(course, STOPPED, stopped.reason))
        except asyncio.CancelledError:
            self._save(ending.untested(course, STOPPED, INTERRUPTED))
            raise
        finally:
            if self._meter.stop_reason:
                await grounded(cashier.flying.values(), 0 if work.cancelled() else GRACE)
            await cashier.drain()
        return self._save(ending.tested(course, sealed))

    def _save(self, result: Result) -> Result:
        kept = records.saved(self.setup.folder, result)
        self._tell(ending.finished(kept))
        return kept

    def stop(self, reason: str = INTERRUPTED) -> None:
        """Let what is under way come home, save, and end the run as "stopped"."""
        self._meter.stop(reason)

    @property
    def draining(self) -> str:
        """What a run that was stopped waits for, in words."""
        calls = f"{n} call{'' if n == 1 else 's'}" if (n := self._meter.in_flight) else "what is"
        return f"stopping: {calls} under way may come home first, {GRACE:g} s at most; once more stops at once"

    def estimate(self) -> Estimate:
        """What `fit` is likely to take, from what the run folder holds; sends nothing and writes nothing."""
        with self._finding.foreseen(self.network) as (network, doubt):
            told, folder = estimate(Plan.of(replace(self.setup, network=network))), self.setup.folder
        if folder is not None and (other := folder.others(self.setup.config())):
            note = f"the folder holds another run ({differing(other)}): give this one another --folder"
            told = replace(told, recorded=0, note=f"{told.note}\n{note}")
        if doubt:
            told = replace(told, note=f"{told.note}\n{doubt}")
        return told

    def _say(self, text: str) -> None:
        self._tell(Told(text))

    def _warn(self, text: str) -> None:
        self._say(f"warning: {text}")


def _architecture(
    recipe: str | None, node: str | None, source: str | None, train: Sequence[Example], space: Space
) -> dict[str, Any]:
    """What is put around the application, as `built` takes it."""
    if recipe is None and space is None:
        return {"recipe": None}
    made: dict[str, Any] = {"recipe": recipe, "node": node, "source": source or text_key(train)}
    return made if space is None else {**made, "space": read_space(space)}
