"""Who watches a run changes nothing of it: what is wrong with one is said once, and the run goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Prompt, Result, Trainer, trainable
from llmdl_plugins.errors import MisuseError, PluginError, UnknownNameError
from llmdl_plugins.plugins.kinds import RUN_HOOKS
from llmdl_plugins.plugins.manager import use
from llmdl_plugins.run import audience
from llmdl_plugins.run.events import HOOK, RunStarted, Told
from llmdl_plugins.testing import SimulatedChat, Simulator


def run(loggers: list[Any] = [], **changes: Any) -> tuple[Result, list[str]]:  # noqa: B006
    """A whole training, small, and what was said."""
    simulator, said = Simulator(skill="rule", seed=3), list[Any]()
    model = SimulatedChat(simulator=simulator)
    rows = [simulator.dataset(split, 40) for split in ("train", "val", "test")]
    net = trainable(Prompt(model, "Answer.", "question", "answer"))
    given = {"teacher": model, "budget": "600 calls", "loggers": loggers, "watcher": said.append, **changes}
    result = Trainer(net, "exact_match", *rows, **given).fit()
    return result, [event.text for event in said if isinstance(event, Told)]


def told(result: Result) -> dict[str, Any]:
    return {**result.json(), "openings": 0, "spent": {**result.spent, "seconds": 0}}


class Noting:
    """A logger that keeps everything."""

    def __init__(self) -> None:
        self.events = list[Any]()

    def __getattr__(self, name: str) -> Callable[[Any], None]:
        if name not in RUN_HOOKS:
            raise AttributeError(name)
        return self.events.append


@pytest.fixture(scope="module")
def untouched() -> dict[str, Any]:
    """How the run ends when nobody watches."""
    return told(run()[0])


def test_a_logger_hears_how_a_run_goes(run_folder: Path) -> None:
    noting = Noting()
    result, _ = run([noting], folder=run_folder)
    by_hook = {h: [e for e in noting.events if HOOK[type(e)] == h] for h in RUN_HOOKS}
    (started,), (finished,) = by_hook["llmdl_run_started"], by_hook["llmdl_run_finished"]
    assert noting.events[0] is started and noting.events[-1] is finished
    assert (started.train, started.val, started.test) == (40, 40, 40) and started.optimizer == "textual-gradient"
    assert started.parameters == ("instruction",) and started.folder == str(run_folder)
    assert finished.status == result.status and finished.after == result.after and finished.interval == result.interval
    assert finished.spent == result.spent
    screened = by_hook["llmdl_candidate_screened"]
    assert len(screened) == result.proposed and sum(e.accepted for e in screened) == result.accepted
    updated = by_hook["llmdl_parameter_updated"]
    assert updated[0].before == "Answer." and updated[-1].after == result.parameters["instruction"]["after"]
    steps = by_hook["llmdl_step_finished"]
    assert [e.number for e in steps] == list(range(1, len(steps) + 1))
    assert {e.phase for e in steps} == {"probe", "train", "screen", "sealed test"}
    assert steps[-1].calls == result.spent["calls"] and 0 <= steps[0].score <= 1


def test_a_run_without_content_tells_no_texts(run_folder: Path) -> None:
    noting = Noting()
    result, _ = run([noting], folder=run_folder, content=False)
    updated = [e for e in noting.events if HOOK[type(e)] == "llmdl_parameter_updated"]
    assert result.accepted and updated and {(e.before, e.after) for e in updated} == {("", "")}


def test_no_score_of_sealed_rows_is_told_before_the_end() -> None:
    noting = Noting()
    run([noting])
    sealed = [e for e in noting.events if getattr(e, "phase", "") == "sealed test"]
    assert sealed and all(e.score is None for e in sealed)


class Raising:
    def llmdl_step_finished(self, event: Any) -> None:
        raise ValueError("broken pipe")


class Exiting:
    def llmdl_step_finished(self, event: Any) -> None:
        sys.exit(3)


class Async:
    async def llmdl_step_finished(self, event: Any) -> None:
        raise AssertionError("it never begins")


class Yielding:
    def llmdl_step_finished(self, event: Any) -> Any:
        yield event


class Greedy:
    """Asks the model of the run, past the budget."""

    def llmdl_step_finished(self, event: Any) -> None:
        SimulatedChat(simulator=Simulator()).invoke("hello")


class Stubborn:
    """Writes to what it is given."""

    def llmdl_candidate_screened(self, event: Any) -> None:
        event.accepted = True


class Odd:
    def llmdl_run_started(self) -> None:
        """Takes no event."""


@pytest.mark.parametrize(
    ("logger", "fault"),
    [
        (Raising, "llmdl_step_finished raised ValueError: broken pipe"),
        (Exiting, "llmdl_step_finished raised SystemExit: 3"),
        (Async, "llmdl_step_finished raised TypeError: it returned what has not run yet"),
        (Yielding, "llmdl_step_finished raised TypeError: it returned what has not run yet"),
        (Greedy, "can't ask a model while the run goes on"),
        (Stubborn, "llmdl_candidate_screened raised FrozenInstanceError"),
        (Odd, "llmdl_run_started raised TypeError"),
    ],
)
def test_one_that_fails_is_named_once_and_changes_nothing(logger: type, fault: str, untouched: dict[str, Any]) -> None:
    noting = Noting()
    result, said = run([logger(), noting])
    assert told(result) == untouched
    named = [line for line in said if "is left out" in line]
    assert len(named) == 1 and fault in named[0] and named[0].startswith(f"warning: the logger {logger.__name__} is")
    assert len(noting.events) > 3


class Junk:
    """Returns what nobody asked for, prints, and starts threads."""

    def llmdl_step_finished(self, event: Any) -> Any:
        print("hello")
        threading.Thread(target=time.sleep, args=(0.01,)).start()
        return {"accepted": True, "score": 1.0}


class Changing:
    """Means to change what others hear and what the run keeps."""

    def llmdl_run_finished(self, event: Any) -> None:
        object.__setattr__(event, "after", 1.0)

    def llmdl_parameter_updated(self, event: Any) -> None:
        object.__setattr__(event, "after", "stolen")


@pytest.mark.parametrize("logger", [Junk, Changing])
def test_what_one_returns_or_does_to_its_event_changes_nothing(logger: type, untouched: dict[str, Any]) -> None:
    assert told(run([logger()])[0]) == untouched


def test_one_that_hangs_holds_up_the_end_a_little_and_nothing_else(
    untouched: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "GRACE", 0.3)
    hanging, noting = threading.Event(), Noting()

    class Hanging:
        def llmdl_run_started(self, event: Any) -> None:
            hanging.wait(60)

    result, said = run([Hanging(), noting])
    hanging.set()
    assert told(result) == untouched
    assert [line for line in said if "is left out" in line] == [
        f"warning: the logger {Hanging.__qualname__} is left out: it was still busy when the run was over"
    ]
    assert type(noting.events[-1]).__name__ == "RunFinished"


def test_one_that_is_slow_is_waited_for() -> None:
    heard = list[Any]()

    class Slow:
        def llmdl_run_finished(self, event: Any) -> None:
            time.sleep(0.2)
            heard.append(event.status)

    result, _ = run([Slow()])
    assert heard == [result.status]


def test_a_run_that_an_error_ends_is_finished_too() -> None:
    noting = Noting()

    class Broken:
        def __call__(self, prediction: Any, gold: Any) -> float:
            raise ValueError("no score")

    simulator = Simulator()
    rows = [simulator.dataset(split, 40) for split in ("train", "val", "test")]
    net = trainable(Prompt(SimulatedChat(simulator=simulator), "Answer.", "question", "answer"))
    with pytest.raises(MisuseError):
        Trainer(net, Broken(), *rows, optimizer="textual-gradient", teacher=net.root.model, loggers=[noting]).fit()
    assert noting.events[-1].status == "failed" and "no score" in noting.events[-1].reason


PLUGIN = """
from llmdl_plugins.plugins import Spec, hookimpl

heard = []

@hookimpl
def llmdl_run_started(event):
    heard.append(event)

@hookimpl
def llmdl_step_finished():
    heard.append("a step")

@hookimpl
def llmdl_candidate_screened(event, more=None):
    raise ValueError("broken")

class Board:
    def llmdl_run_finished(self, event):
        heard.append(event.status)

def failing():
    raise OSError("not logged in")

@hookimpl
def llmdl_loggers():
    return [Spec("board", "watching_plugin:Board", "x"), Spec("failing", "watching_plugin:failing", "x")]
"""


@pytest.fixture
def watching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A plugin with run hooks and loggers."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "watching_plugin.py").write_text(PLUGIN)
    use([str(tmp_path / "watching_plugin.py")])
    yield tmp_path / "watching_plugin.py"
    use(())
    sys.modules.pop("watching_plugin", None)


def test_run_hooks_of_plugins_are_called_with_what_they_take(watching: Path, untouched: dict[str, Any]) -> None:
    result, said = run()
    heard = sys.modules["watching_plugin"].heard
    assert isinstance(heard[0], RunStarted) and heard[1] == "a step"
    assert told(result) == untouched
    (named,) = [line for line in said if "left out" in line]
    assert named.startswith(f"warning: the plugin 'watching_plugin' ({watching}) is left out: ")
    assert named.endswith("llmdl_candidate_screened raised ValueError: broken")


@pytest.mark.usefixtures("watching")
def test_a_logger_is_found_by_name_and_watches_only_runs_that_name_it() -> None:
    result, _ = run(["board"])
    heard = sys.modules["watching_plugin"].heard
    assert result.status in heard
    heard.clear()
    run()
    assert result.status not in heard


@pytest.mark.usefixtures("watching")
def test_a_logger_that_can_t_be_had_is_an_error_before_the_first_call() -> None:
    for wrong, error, said in (
        ("bord", UnknownNameError, "No logger 'bord'. Did you mean 'board'"),
        ("failing", PluginError, r"The logger failing of the plugin .* can't be made: OSError: not logged in"),
        (object(), MisuseError, "The logger object has none of the methods llmdl_run_started"),
    ):
        with pytest.raises(error, match=said):
            run([wrong])


def test_events_are_frozen_and_have_defaults_so_that_later_fields_break_nobody() -> None:
    for kind in HOOK:
        event = kind()
        with pytest.raises(AttributeError):
            event.number = 3
        for name in kind.__dataclass_fields__:
            assert f"        {name}: " in (kind.__doc__ or ""), f"{kind.__name__}.{name} is not described"


def test_a_watching_thread_doesn_t_keep_the_process() -> None:
    code = """
import sys, time
from llmdl_plugins.run import audience
from llmdl_plugins.run.events import RunStarted
from llmdl_plugins.run.observers import Observer
audience.GRACE = 0.1
with audience.watched(print, [Observer("the logger x", {"llmdl_run_started": lambda event: time.sleep(60)})]) as tell:
    tell(RunStarted())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and "the logger x is left out: it was still busy" in done.stdout
