"""Options that several commands share; those of `pace`, `confined` and `plugged` stand with what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmdl_plugins.errors import MisuseError

if TYPE_CHECKING:
    from llmdl_plugins.data import Dataset
    from llmdl_plugins.network import Network

Application = Annotated[
    str,
    typer.Argument(help="path/app.py:graph, path/book.ipynb:graph, package.module:graph or langgraph.json[:name]"),
]
Loss = Annotated[str, typer.Option(help="exact_match, contains, f1, numeric, json_match, judge, or file.py:function.")]
Optimizer = Annotated[
    str, typer.Option(help="textual-gradient, demonstrations, a search, NAME+NAME in turns, or auto.")
]
Prices = Annotated[
    Path | None,
    typer.Option(help='JSON: model to [dollars per 1e6 tokens in, out]; "*" for others. Else genai-prices.'),
]
Concurrency = Annotated[int, typer.Option(min=1, help="Calls of each model under way at once.")]
Executor = Annotated[
    str,
    typer.Option(help="local (one process), processes, or what a plugin offers, such as ray; processes:4 are four."),
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes of that executor; one for each core.")]
Tools = Annotated[
    str, typer.Option(help="live, or replay: candidates get what the tools gave the original, or an error.")
]
Seed = Annotated[int, typer.Option(help="Decides splits and draws.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, but warnings.")]


@dataclass(frozen=True)
class Rows:
    """The files that train and val rows are in."""

    data: Annotated[Path | None, typer.Option(help="All examples, JSONL or CSV; val and test are cut from them.")] = (
        None
    )
    train: Annotated[Path | None, typer.Option(help="Train examples, where they are in a file of their own.")] = None
    val: Annotated[Path | None, typer.Option(help="Examples that screen proposals.")] = None

    def source(self) -> Path:
        """The file that holds the train rows.

        Raises:
            MisuseError: none is given, or two.
        """
        if (self.data is None) == (self.train is None):
            raise MisuseError("Give either --data (val and test are cut from it) or --train.")
        found = self.data or self.train
        assert found is not None
        return found


@dataclass(frozen=True)
class Trained:
    """Which parameters are trained, by patterns of their names."""

    only: Annotated[str | None, typer.Option(help="Train only the parameters that match this pattern.")] = None
    freeze: Annotated[str | None, typer.Option(help="Freeze the parameters that match this pattern.")] = None
    unfreeze: Annotated[
        str | None, typer.Option(help='Train the parameters that match this pattern too, such as "*/tool:*".')
    ] = None

    def shape(self, network: Network, keep: Sequence[str] = ()) -> None:
        """Freeze and unfreeze what these patterns say, and keep passages of what is trained."""
        changes = ((network.unfreeze, self.unfreeze), (network.train_only, self.only), (network.freeze, self.freeze))
        for change, pattern in changes:
            if pattern:
                change(pattern)
        for passage in keep:
            network.keep(passage)


@dataclass(frozen=True)
class Training:
    """What `Trainer` takes as it is written, by the same names."""

    optimizer: Optimizer = "auto"
    teacher: Annotated[
        str | None, typer.Option(help="PROVIDER:NAME or file.py:name of the model that writes proposals.")
    ] = None
    budget: Annotated[str | None, typer.Option(help='"2 usd", "500 calls", "200 rollouts", "1e6 tokens, 10 min".')] = (
        None
    )
    recipe: Annotated[str | None, typer.Option(help="Architecture around a node, for example demonstrations.")] = None
    node: Annotated[str | None, typer.Option(help="The node that the recipe is put around.")] = None
    source: Annotated[
        str | None, typer.Option(help="The state key that this node is asked with; the rows' text if not given.")
    ] = None
    space: Annotated[
        str | None, typer.Option(help="What there is to choose from: a recipe, or a file with recipes and options.")
    ] = None
    aim: Annotated[
        str, typer.Option(help='"score", or "cost, 3 points": what is cheaper and worse by less than 3 points of 100.')
    ] = "score"
    executor: Executor = "local"
    workers: Workers = None
    concurrency: Concurrency = 8
    fast_http: Annotated[
        bool, typer.Option("--fast-http", help="Let OpenAI-compatible clients send through aiohttp in this run.")
    ] = False
    tools: Tools = "live"
    seed: Seed = 0
    force: Annotated[bool, typer.Option("--force", help="Go on in a folder that holds another run.")] = False


@dataclass(frozen=True)
class Columns:
    """What the keys of flat rows are."""

    inputs: Annotated[str, typer.Option(help="For flat rows: the input keys, with commas.")] = ""
    expected: Annotated[str | None, typer.Option(help="For flat rows: the key of the right answer.")] = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The input keys.

        >>> Columns("question,,context").keys
        ('question', 'context')
        """
        return tuple(filter(None, self.inputs.split(",")))

    def read(self, path: Path) -> Dataset:
        """The rows of a file."""
        from llmdl_plugins.loading import load

        return load(path, inputs=self.keys, expected=self.expected)
