"""What a run is made of: all that was asked for, resolved and checked before a call is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.door.answers import without_secrets
from llmdl_plugins.door.asked import described
from llmdl_plugins.door.calls import model_of
from llmdl_plugins.errors import BudgetError, MisuseError
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.plain import JSON, digest, plain
from llmdl_plugins.run.aim import SCORE, Aim
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.events import RunStarted
from llmdl_plugins.run.executor import Executor
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.prices import Prices, is_listed
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.splits import Splits


@dataclass(frozen=True)
class Setup:
    """One field for each thing that `Trainer` was given, as it is used.

    Args:
        application: the fingerprint of the network before its first rows were run: what a run folder is for.
        origin: how another process makes the same application and the same loss.
        folder: None keeps everything in memory.

    Raises:
        MisuseError: it can't be carried out as written.
    """

    network: Network
    application: str
    origin: Origin
    splits: Splits
    loss: Loss
    teacher: BaseChatModel | None
    optimizer: Optimizer
    executor: Executor
    budget: Budget
    prices: Prices
    folder: RunFolder | None
    seed: int
    concurrency: int
    terms: Terms
    tools: ToolRules
    content: bool
    fast_http: bool
    force: bool
    aim: Aim

    def __post_init__(self) -> None:
        self._refuse_unpriced()
        if not self.content:
            self._refuse_rows_as_values()

    def refuse_idle(self) -> None:
        """Refuse a network without anything to train.

        Raises:
            MisuseError: all of it is frozen.
        """
        if not any(p.trainable for p in self.network.named_parameters().values()):
            raise MisuseError(f"Nothing of {self.network.name} is trainable: `llmdl show` says why.")

    def _refuse_unpriced(self) -> None:
        """Refuse a teacher without a price before anything is sent; other models are known when they are called."""
        if self.budget.usd is not None and self.teacher is not None:
            self.prices.check(*model_of(described(self.teacher)))

    def _refuse_rows_as_values(self) -> None:
        shown = [n for n, p in self.network.named_parameters().items() if p.kind == "demos" and p.trainable]
        if self.optimizer.shows_rows and not shown:
            raise MisuseError(
                f"{self.optimizer.name!r} puts train rows into prompts, and values are always stored: "
                "with --no-content take an optimizer that writes texts (--optimizer textual-gradient)."
            )
        if shown:
            raise MisuseError(
                f"{shown[0]} holds train rows as worked examples, and values are always stored: with --no-content "
                "take an optimizer that writes texts (--optimizer textual-gradient), or freeze it."
            )

    def config(self) -> dict[str, JSON]:
        """What the run depends on: a folder that holds a run with another one is refused."""
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
        return {
            **plain(dict(self.origin.made)),  # type: ignore[dict-item]
            "data": self.splits.fingerprint,
            "network": self.application,
            "loss": self.loss.name,
            "loss_settings": self.loss.fingerprint,
            "optimizer": self.optimizer.name,
            **_changed_settings(self.optimizer),
            "teacher": without_secrets(plain(self.teacher.asdict())) if self.teacher is not None else None,
            "seed": self.seed,
            "tools": self.tools.json(),
            "aim": None if self.aim == SCORE else str(self.aim),
            "content": self.content,
            "splits": {name: [e.id if self.content else digest(e.id) for e in part] for name, part in parts.items()},
        }

    def started(self) -> RunStarted:
        """What observers are told first."""
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


def refuse_hopeless(budget: Budget, prices: Prices, test_size: int) -> None:
    """Refuse a budget that can't hold the sealed test, whatever a row takes, or can't be held itself.

    Raises:
        BudgetError: says what to give.
    """
    if budget.usd is not None and not prices.table and not is_listed():
        raise BudgetError(
            "A budget in dollars needs prices (--prices FILE, or prices=…), or the public price list: "
            "pip install 'llmdl-plugins[prices]'."
        )
    runs = 2 * test_size
    Meter(budget).set_aside(Spent(calls=runs, rollouts=runs), " at one call a run")


def _changed_settings(optimizer: Optimizer) -> dict[str, JSON]:
    """The settings of an optimizer that are not its defaults."""
    given = _settings(optimizer)
    try:
        default = _settings(type(optimizer)())
    except Exception:  # it can't be made without arguments, so all of them are telling
        default = {}
    changed = {name: value for name, value in given.items() if name not in default or default[name] != value}
    return {"optimizer_settings": changed} if changed else {}


def _settings(optimizer: Any) -> dict[str, JSON]:
    named = {name: _plainly(value) for name, value in vars(optimizer).items() if not name.startswith("_")}
    return {name: value for name, value in named.items() if plain(value) == value}


def _plainly(value: Any) -> Any:
    """Optimizers inside of one as their names and settings."""
    if isinstance(value, list) and all(isinstance(one, Optimizer) for one in value):
        return [{"optimizer": one.name, **_changed_settings(one)} for one in value]
    return value
