"""The trainer: measure, train, screen, open the seal once, and say what was gained."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from llmdl_plugins import boundary, sync
from llmdl_plugins.answers import without_secrets
from llmdl_plugins.asked import described
from llmdl_plugins.data import Dataset, load, text_key
from llmdl_plugins.errors import BudgetError, MisuseError, PluginError, RunFolderError, Stopped
from llmdl_plugins.losses.loss import resolve as resolve_loss
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run import observers
from llmdl_plugins.run.audience import watched
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.evaluate import ORIGINAL, Evaluator
from llmdl_plugins.run.events import RunFinished, RunStarted, Told, Watcher, silent
from llmdl_plugins.run.executor import Attempts, Executor, Job
from llmdl_plugins.run.executor import resolve as resolve_executor
from llmdl_plugins.run.feedback import Feedback, failure_modes
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.heap import frozen_heap
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.models import chat_model
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.optimizer import resolve as resolve_optimizer
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.overshoot import overshoot
from llmdl_plugins.run.patience import ROLLOUT_TIMEOUT, TIMEOUT
from llmdl_plugins.run.prices import Prices, Table, is_listed
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.quote import model_of
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.teacher import Teacher
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.run.work import Size
from llmdl_plugins.splits import Splits, split
from llmdl_plugins.target import load_target
from llmdl_plugins.training.backward import backward, together
from llmdl_plugins.training.baseline import no_model_baseline
from llmdl_plugins.training.draining import GRACE, drained, grounded
from llmdl_plugins.training.estimate import Estimate, Plan, estimate
from llmdl_plugins.training.openings import count_opening
from llmdl_plugins.training.probe import check_probes
from llmdl_plugins.training.recorded import recorded
from llmdl_plugins.training.result import IMPROVED, NO_GAIN, STOPPED, Result, versions
from llmdl_plugins.training.sealed import Sealed, sealed_test
from llmdl_plugins.transport import transport

_PROBES = 2
_MARGIN = 1.5
INTERRUPTED = "interrupted"


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
        concurrency: rollouts under way at once.
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
        watcher: Watcher = silent,
    ) -> None:
        def loaded(source: Any) -> Dataset | None:
            return None if source is None else load(source, inputs=inputs, expected=expected)

        rows = loaded(train)
        assert rows is not None
        self.splits: Splits = split(rows, loaded(val), loaded(test), seed=seed)
        self.budget, self.prices = Budget.parse(budget), Prices(prices)
        self._refuse_hopeless_budget()
        self.teacher = chat_model(teacher)
        self.loss = resolve_loss(loss, self.teacher)
        self.optimizer = resolve_optimizer(optimizer, self.teacher is not None)
        self.executor = resolve_executor(executor, workers)
        network = trainable(load_target(net) if isinstance(net, str) else net)
        self.network, self.origin = self._architecture(network, recipe or self.optimizer.recipe, node)
        self.origin.update({"target": net} if isinstance(net, str) else {}, **(origin or {}))
        self._named = Origin(self.origin, loss, teacher)
        self.folder = RunFolder(folder) if folder is not None else None
        self.seed, self.concurrency, self.force, self.watcher = seed, concurrency, force, watcher
        self.terms = Terms(timeout, rollout_timeout, rpm, tpm)
        self.content, self.fast_http = content, fast_http
        self._observers = [*observers.of_plugins(), *observers.loggers(loggers)]
        self._tell: Watcher = watcher
        self.tools = ToolRules(tools, frozenset(safe_tools))  # type: ignore[arg-type]  # it checks the word
        self._meter, self._openings = Meter(self.budget, self.prices), 0
        self._refuse_unpriced()
        if not any(p.trainable for p in self.network.named_parameters().values()):
            raise MisuseError(f"Nothing of {self.network.name} is trainable: `llmdl show` says why.")
        if not content:
            self._refuse_rows_as_values()

    def fit(self) -> Result:
        """`afit`, waited for; the first Ctrl-C drains and saves, the second stops at once."""
        running = sync.start(self.afit())
        try:
            return running.result()
        except KeyboardInterrupt:
            self.stop()
            self._say(self.draining)
        try:
            return running.result()
        except KeyboardInterrupt:
            running.cancel()
            raise

    def estimate(self) -> Estimate:
        """What `fit` is likely to take, from what the run folder holds; sends nothing and writes nothing."""
        teacher = model_of(described(self.teacher)) if self.teacher is not None else None
        known = recorded(self.folder.path, self.prices, teacher) if self.folder else None
        trained = [n for n, p in self.network.named_parameters().items() if p.trainable]
        chosen = [n for n in trained if n.endswith("/chosen")]
        size = Size(len(self.splits.train), len(self.splits.val), len(trained), len(chosen))
        steps = len({n.rpartition("/")[0] for n in trained})
        return estimate(Plan(self.optimizer, size, _PROBES, len(self.splits.test), steps, self.budget, known))

    def stop(self, reason: str = INTERRUPTED) -> None:
        """Let what is under way come home, save, and end the run as "stopped"."""
        self._meter.stop(reason)

    @property
    def draining(self) -> str:
        """What a run that was stopped waits for, in words."""
        calls = f"{n} call{'' if n == 1 else 's'}" if (n := self._meter.in_flight) else "what is"
        return f"stopping: {calls} under way may come home first, {GRACE:g} s at most; once more stops at once"

    async def afit(self) -> Result:
        """Train, test once, and say what was gained."""
        watching = watched(self.watcher, self._observers, self.content)
        with self._opened() as ledger, watching as self._tell, boundary.door(), frozen_heap():
            self._tell(self._started())
            self._paid(ledger)
            cashier = Cashier(ledger, self._meter, self.terms.sender(ledger, self._meter, self._say))
            given = self.concurrency, self.terms.rollout_timeout, self.fast_http
            job = Job(self.network, self.loss, cashier, self._named, *given)
            async with self.executor.opened(job) as attempts:
                return await self._fitted(self._evaluator(ledger, cashier, attempts), cashier)

    async def _fitted(self, evaluator: Evaluator, cashier: Cashier) -> Result:
        problem = self._problem(evaluator, cashier)
        work = asyncio.create_task(self._course(evaluator, problem))
        try:
            sealed = await drained(work, lambda: self._meter.stop_reason, self.stop)
        except Stopped as stopped:
            return self._save(self._untested(problem, STOPPED, stopped.reason))
        except asyncio.CancelledError:
            self._save(self._untested(problem, STOPPED, INTERRUPTED))
            raise
        finally:
            if self._meter.stop_reason:
                await grounded(cashier.flying, 0 if work.cancelled() else GRACE)
            await cashier.drain()
        if sealed is None:
            return self._save(self._untested(problem, NO_GAIN, _unmoved(problem)))
        return self._save(self._result(problem, sealed))

    async def _course(self, evaluator: Evaluator, problem: Problem) -> Sealed | None:
        """The whole run; None where nothing was accepted, so that the seal stays."""
        async with transport(self.fast_http, self.concurrency, self._say):
            await self._set_aside(evaluator)
            await self._train(problem)
            return await self._open_seal(evaluator, problem) if self.network.changed(problem.incumbent) else None

    def _refuse_rows_as_values(self) -> None:
        shown = [n for n, p in self.network.named_parameters().items() if p.kind == "demos" and p.trainable]
        if shown:
            raise MisuseError(
                f"{shown[0]} holds train rows as worked examples, and values are always stored: with --no-content "
                "take an optimizer that writes texts (--optimizer textual-gradient), or freeze it."
            )

    def _paid(self, ledger: Ledger) -> None:
        """What earlier processes paid in this folder, whether this one meets it again or not."""
        totals, meter = ledger.totals(), self._meter
        meter.paid, meter.paid_tokens = int(totals["calls"]), int(totals["tokens"])
        if self.budget.usd is not None:
            told = [(model_of(asked), usage) for asked, usage in ledger.usages() if usage]
            meter.paid_usd = sum(self.prices.usd(*model, usage) or 0.0 for model, usage in told)

    def _refuse_hopeless_budget(self) -> None:
        if self.budget.usd is not None and not self.prices.table and not is_listed():
            raise BudgetError(
                "A budget in dollars needs prices (--prices FILE, or prices=…), or the public price list: "
                "pip install 'llmdl-plugins[prices]'."
            )
        runs = 2 * len(self.splits.test)
        Meter(self.budget).set_aside(Spent(calls=runs, rollouts=runs), " at one call a run")

    def _refuse_unpriced(self) -> None:
        """Refuse a teacher without a price before anything is sent; other models are known when they are called."""
        if self.budget.usd is not None and self.teacher is not None:
            self.prices.check(*model_of(described(self.teacher)))

    def _architecture(self, network: Network, recipe: str | None, node: str | None) -> tuple[Network, dict[str, Any]]:
        """The network that is trained, and how it was made from the user's."""
        if recipe is None or any(name.endswith("/chosen") for name in network.named_parameters()):
            return network, {"recipe": None}
        source = text_key(self.splits.train)
        made = {"recipe": recipe, "node": node, "source": source}
        return find("recipes", recipe)(network, node=node, source=source), made

    @contextmanager
    def _opened(self) -> Iterator[Ledger]:
        if self.folder is not None:
            with self.folder.opened(self._config(), self.force, self._warn) as ledger:
                self._take_back(self.folder)
                ledger.clear_events()
                yield ledger
            return
        with closing(Ledger()) as ledger:
            yield ledger

    def _take_back(self, folder: RunFolder) -> None:
        """A result that says "stopped" is outdated once the run goes on, and one of another run in this folder too."""
        forced = self.force and bool((_told(folder, "config.json") or {}).get("forced"))
        if forced or (_told(folder, "result.json") or {}).get("status") == STOPPED:
            (folder.path / "result.json").unlink(missing_ok=True)
        if forced:
            (folder.path / "best.json").unlink(missing_ok=True)

    def _config(self) -> dict[str, Any]:
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
        return {
            **self.origin,
            "data": self.splits.fingerprint,
            "network": self.network.fingerprint,
            "loss": self.loss.name,
            "loss_settings": self.loss.fingerprint,
            "optimizer": self.optimizer.name,
            "teacher": without_secrets(plain(self.teacher.asdict())) if self.teacher is not None else None,
            "seed": self.seed,
            "tools": self.tools.json(),
            "content": self.content,
            "splits": {name: [e.id if self.content else digest(e.id) for e in part] for name, part in parts.items()},
        }

    def _evaluator(self, ledger: Ledger, cashier: Cashier, attempts: Attempts) -> Evaluator:
        return Evaluator(
            self.network,
            self.loss,
            ledger,
            cashier,
            concurrency=self.concurrency,
            watcher=self._tell,
            tools=self.tools,
            attempts=attempts,
        )

    def _problem(self, evaluator: Evaluator, cashier: Cashier) -> Problem:
        teacher = Teacher(self.teacher, cashier) if self.teacher is not None else None

        def keep(values: Values) -> None:
            self._meter.aside = self._need(evaluator, values)
            if self.folder:
                self.folder.write("best.json", {"values": plain(values)})

        def untestable(values: Values) -> str:
            limit = self._meter.lacks(self._need(evaluator, values, margin=1.0))
            return f"what is left of {limit} can't hold its sealed test" if limit else ""

        async def feedback(failed: Sequence[Rollout]) -> list[Feedback]:
            if teacher is None:
                raise MisuseError("Feedback needs a teacher.")
            names = {p: name for name, p in self.network.named_parameters().items()}
            # The place tells apart what the same failure says under another incumbent.
            with problem.stage.work(), self.network.under(self.network.checked(problem.incumbent)):
                walks = [backward(r, teacher, names, str(self._meter.spent.rollouts)) for r in failed]
                found = await together(walks)
            said = [one for walk in found for one in walk]
            for parameter in dict.fromkeys(one.parameter for one in said):
                for mode in failure_modes(said, parameter):
                    evaluator.ledger.add_event(
                        "feedback", {"parameter": names[parameter], "words": mode.words, "count": mode.count}
                    )
            return said

        rows = self.splits.train, self.splits.val
        problem = Problem(evaluator, rows[0], teacher, self.seed, keep, feedback, rows[1], untestable=untestable)
        return problem

    async def _set_aside(self, evaluator: Evaluator) -> None:
        """Learn from two rows what a rollout takes, and keep the sealed test's share."""
        self._say(
            f"{len(self.splits.train)} train, {len(self.splits.val)} val, {len(self.splits.test)} sealed test rows; "
            f"optimizer {self.optimizer.name}"
        )
        if not self.content and self.folder:
            self._say(
                "no texts are stored: of a run that is interrupted the scores go on, but calls whose texts are needed "
                "are paid again, the report shows no feedback, and export --verify has nothing to compare with"
            )
        if self.splits.twins:
            self._warn(f"{len(self.splits.twins)} train or val rows have a near-duplicate in test")
        if words := overshoot(self._meter, self.concurrency):
            self._say(f"budget: {words}")
        try:
            check_probes(await evaluator.evaluate([{}], self.splits.train[:_PROBES], phase="probe"))
        except Stopped as stopped:
            if self._meter.stop_reason:
                raise
            raise BudgetError(
                f"The budget can't hold the {_PROBES} rows that show what a row takes: {stopped.reason}. Give more."
            ) from None
        self._meter.set_aside(self._need(evaluator))
        if words and (known := overshoot(self._meter, self.concurrency)) != words:
            self._say(f"budget: {known}")

    def _need(self, evaluator: Evaluator, values: Values = ORIGINAL, margin: float = _MARGIN) -> Spent:
        """What the sealed test of a candidate takes: calls as seen so far, tokens, dollars and time with a margin.

        The last call must find the room that it reserves, however little it will use of it.
        """
        rows, sides = len(self.splits.test), [evaluator.heaviest(side) for side in (ORIGINAL, values)]
        runs, largest = 2 * rows, self._meter.largest().values()
        tokens = margin * rows * sum(s.tokens for s in sides) + max((h.tokens for h in largest), default=0)
        usd = margin * rows * sum(s.usd for s in sides) + max((h.usd for h in largest), default=0.0)
        seconds = margin * runs * self._meter.elapsed() / max(1, self._meter.spent.rollouts)
        return Spent(rows * sum(s.calls for s in sides), runs, int(tokens), usd, seconds)

    async def _train(self, problem: Problem) -> None:
        untouched = self._untouched()
        try:
            await self.optimizer.optimize(problem)
        except Stopped as stopped:
            if self._meter.stop_reason:
                raise
            self._say(f"training ends: {stopped.reason}")
        finally:
            await problem.stage.end()
        if self._untouched() != untouched:
            raise PluginError(
                f"The optimizer {self.optimizer.name!r} changed the application itself, so there is nothing left to "
                "compare with: values are changed by problem.propose alone. Use another optimizer in another folder."
            )

    def _untouched(self) -> str:
        """What the application is without any candidate: an optimizer changes nothing of it."""
        parameters = self.network.named_parameters().items()
        return digest({name: [plain(p.default), p.trainable] for name, p in parameters})

    async def _open_seal(self, evaluator: Evaluator, problem: Problem) -> Sealed:
        self._meter.aside = Spent()
        run = str(self.folder.path.resolve()) if self.folder else f"memory/{id(self)}"
        self._openings = count_opening(self.splits.test_fingerprint, run, self._warn)
        sealed = await sealed_test(evaluator, {}, problem.incumbent, self.splits.test, self.seed)
        if baseline := await no_model_baseline(self.splits.train, self.splits.test, self.loss):
            evaluator.ledger.add_event("baseline", plain(baseline))
            self._say(
                f"without any model: nearest train row {baseline.nearest:.1%}, vote of ten {baseline.vote:.1%}, "
                f"weighted vote {baseline.weighted:.1%}"
            )
        return sealed

    def _result(self, problem: Problem, sealed: Sealed) -> Result:
        status = IMPROVED if sealed.improved else NO_GAIN
        told = {name: getattr(sealed, name) for name in Sealed.__dataclass_fields__}
        return self._made(problem, status, "", told)

    def _untested(self, problem: Problem, status: str, reason: str) -> Result:
        nothing = dict.fromkeys(Sealed.__dataclass_fields__)
        return self._made(problem, status, reason, {**nothing, "test_size": len(self.splits.test)})

    def _made(self, problem: Problem, status: str, reason: str, told: Mapping[str, Any]) -> Result:
        changed = self.network.changed(problem.incumbent)
        return Result(
            status=status,
            **told,
            openings=self._openings,
            accepted=sum(v.accepted for v in problem.verdicts),
            proposed=len(problem.verdicts),
            spent=self._meter.told(),
            parameters={n: {"before": plain(self.network[n].default), "after": v} for n, v in changed.items()},
            seed=self.seed,
            versions=versions(),
            reason=reason,
            network=self.network,
            candidate=problem.incumbent,
            folder=self.folder.path if self.folder else None,
        )

    def _started(self) -> RunStarted:
        return RunStarted(
            folder=str(self.folder.path) if self.folder else "",
            network=self.network.name,
            optimizer=self.optimizer.name,
            loss=self.loss.name,
            parameters=tuple(n for n, p in self.network.named_parameters().items() if p.trainable),
            train=len(self.splits.train),
            val=len(self.splits.val),
            test=len(self.splits.test),
            seed=self.seed,
        )

    def _save(self, result: Result) -> Result:
        """The result, written; where this run came to the same before, that one as it was."""
        kept = result
        if self.folder and (again := result.as_before(_told(self.folder, "result.json"))) is not None:
            kept = again
        elif self.folder:
            self.folder.write("result.json", result.json())
        self._tell(_finished(kept))
        return kept

    def _say(self, text: str) -> None:
        self._tell(Told(text))

    def _warn(self, text: str) -> None:
        self._say(f"warning: {text}")


def _told(folder: RunFolder, name: str) -> dict[str, Any] | None:
    """What a file of the folder says; None where it is damaged: it is written anew."""
    try:
        return folder.read(name)  # type: ignore[no-any-return]
    except RunFolderError:
        return None


def _finished(result: Result) -> RunFinished:
    told = ("status", "reason", "before", "after", "gain", "interval", "p", "accepted", "proposed")
    return RunFinished(
        **{name: getattr(result, name) for name in told},
        spent=MappingProxyType(dict(result.spent)),
        folder=str(result.folder or ""),
    )


def _unmoved(problem: Problem) -> str:
    """Why the test set stays sealed: a test of the original against itself would cost as much and show nothing."""
    proposed = len(problem.verdicts)
    what = f"none of {proposed} proposals was accepted" if proposed else "nothing was proposed"
    return f"{what}, so the application is as it was and the test set was not opened"
