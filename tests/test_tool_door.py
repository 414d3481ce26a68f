"""The door of tools: what was recorded is given as it was at first, and the tool rests; it is gone after a run."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool, ToolException, tool
from langchain_core.tools.retriever import create_retriever_tool
from pydantic import BaseModel, ValidationError

from llmdl_plugins.door import boundary
from llmdl_plugins.door.results import CantKeepError, RecordedToolError, error_of, keep, restore
from llmdl_plugins.errors import MisuseError, ToolMissError
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.tools import ToolRecords, ToolRules
from llmdl_plugins.testing import ScriptedChat

BARE = {(k, n): vars(k)[n] for k, n in ((BaseTool, "run"), (BaseTool, "arun"), (BaseRetriever, "invoke"))}


@dataclass
class Found:
    """A result with fields."""

    words: tuple[str, ...]


class Price(BaseModel):
    """A result that is a model."""

    euros: int


class Level(Enum):
    """A result that is one of some."""

    HIGH = "high"


class Archive(BaseRetriever):
    """Finds what it is asked, and counts."""

    shelf: str = "a"
    asked: list[str] = []  # noqa: RUF012

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        self.asked.append(query)
        return [Document(f"{query} on {self.shelf}, time {len(self.asked)}", id="d1", metadata={"at": [1]})]


class Writing(BaseTool):
    """Writes its own public methods."""

    name: str = "writing"
    description: str = "Writes."
    count: int = 0

    def _run(self, text: str) -> str:
        self.count += 1
        return f"{text} {self.count}"

    def run(self, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        return super().run(tool_input, *args, **kwargs)


class Around(Writing):
    """Goes round run()."""

    name: str = "around"

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return self._run(input["text"])


class Events(BaseCallbackHandler):
    """Notes what callbacks are told of tools and retrievers."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_tool_start(self, serialized: Any, input_str: str, *, inputs: Any = None, **kwargs: Any) -> None:
        self.told.append(("start", serialized, input_str, inputs, kwargs.get("tags"), kwargs.get("tool_call_id")))

    def on_tool_end(self, output: Any, **kwargs: Any) -> None:
        self.told.append(("end", output, kwargs.get("name")))

    def on_tool_error(self, error: BaseException, **kwargs: Any) -> None:
        self.told.append(("error", type(error), str(error)))

    def on_retriever_start(self, serialized: Any, query: str, *, name: Any = None, **kwargs: Any) -> None:
        self.told.append(("search", serialized, query, name, kwargs.get("metadata")))

    def on_retriever_end(self, documents: Any, **kwargs: Any) -> None:
        self.told.append(("found", documents))


class Run:
    """Rollouts on one ledger."""

    def __init__(self) -> None:
        self.ledger, self.said = Ledger(), list[str]()

    @contextmanager
    def rollout(
        self, key: str = "r", row: str = "row", original: bool = True, mode: Any = "live", safe: Any = ()
    ) -> Iterator[boundary.Scope]:
        records = ToolRecords(self.ledger, ToolRules(mode, frozenset(safe)), key, row, original, self.said.append)
        with boundary.door(), boundary.scope(tools=records, turns=Counter(), place=lambda: "node#0") as scope:
            yield scope


@pytest.fixture
def run() -> Iterator[Run]:
    held = Run()
    yield held
    held.ledger.close()
    assert {(k, n): vars(k)[n] for k, n in BARE} == BARE and vars(Writing)["run"].__module__ == __name__


def counting(gives: Callable[[int], Any], **settings: Any) -> tuple[StructuredTool, list[int]]:
    """A tool that gives something else each time, and the times that it ran."""
    times: list[int] = []

    def count(word: str) -> Any:
        times.append(len(times))
        return gives(len(times))

    return StructuredTool.from_function(count, name="count", description="Counts.", **settings), times


CALL = ToolCall(name="count", args={"word": "rain"}, id="c1", type="tool_call")
FACES: dict[str, Callable[[BaseTool, Any], Any]] = {
    "invoke": lambda t, config: t.invoke({"word": "rain"}, config),
    "ainvoke": lambda t, config: asyncio.run(t.ainvoke({"word": "rain"}, config)),
    "run": lambda t, config: t.run({"word": "rain"}, callbacks=config["callbacks"]),
    "arun": lambda t, config: asyncio.run(t.arun({"word": "rain"}, callbacks=config["callbacks"])),
    "run, by name": lambda t, config: t.run(tool_input={"word": "rain"}, callbacks=config["callbacks"]),
    "as a tool call": lambda t, config: t.invoke(CALL, config),
    "as a tool call, async": lambda t, config: asyncio.run(t.ainvoke(CALL, config)),
    "batch": lambda t, config: t.batch([{"word": "rain"}, {"word": "snow"}], config),
}


@pytest.mark.parametrize("face", FACES)
def test_every_public_method_is_recorded_and_given_again_with_its_events(run: Run, face: str) -> None:
    told, times = counting(lambda n: f"time {n}", tags=["mine"])
    seen = []
    for _ in range(2):
        events = Events()
        with run.rollout():
            seen.append((FACES[face](told, {"callbacks": [events], "max_concurrency": 1}), events.told))
    assert seen[0] == seen[1] and seen[0][1]
    assert len(times) == (2 if face == "batch" else 1)


@pytest.mark.parametrize("error", [ToolException("no stock"), ValueError("bad", 3), KeyError("x"), ZeroDivisionError()])
@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
def test_errors_are_raised_again_in_kind(run: Run, face: str, error: Exception) -> None:
    def fails(n: int) -> Any:
        raise error

    told, times = counting(fails)
    seen = []
    for _ in range(2):
        events = Events()
        with run.rollout(), pytest.raises(type(error)) as raised:
            FACES[face](told, {"callbacks": [events]})
        seen.append((type(raised.value), str(raised.value), events.told))
    assert seen[0] == seen[1] and len(times) == 1


def test_an_error_that_cannot_be_made_again_keeps_its_name_and_text(run: Run) -> None:
    class OddError(Exception):
        pass

    def fails(n: int) -> Any:
        raise OddError("strange")

    told, _ = counting(fails)
    with run.rollout(), pytest.raises(OddError):
        told.invoke({"word": "rain"})
    with run.rollout(), pytest.raises(RecordedToolError, match="OddError: strange"):
        told.invoke({"word": "rain"})


def test_a_handled_error_and_wrong_arguments_are_answered_as_at_first(run: Run) -> None:
    def fails(n: int) -> Any:
        raise ToolException("no stock")

    told, times = counting(fails, handle_tool_error=True)
    seen = []
    for _ in range(2):
        with run.rollout(), pytest.raises(ValidationError) as raised:
            told.invoke({"wrong": 1})
        with run.rollout():
            seen.append((told.invoke(CALL), str(raised.value)))
    assert seen[0] == seen[1] and seen[0][0].status == "error" and len(times) == 1


def test_a_fault_on_the_way_is_no_answer_of_the_tool(run: Run) -> None:
    def fails(n: int) -> Any:
        raise ConnectionError("gone")

    told, times = counting(fails)
    for _ in range(2):
        with run.rollout(), pytest.raises(ConnectionError):
            told.invoke({"word": "rain"})
    assert len(times) == 2


@pytest.mark.parametrize(
    "value",
    [
        None, "", 1.5, [1, ("a", {"b": None})], {"tuple": [1]}, {1: {"class": "x", "fields": {}}},
        Document("text", id="1", metadata={"n": [1]}), Found(("a", "b")), [Price(euros=3)],
        ToolMessage("said", tool_call_id="c1", artifact={"rows": (1, 2)}),
        AIMessage("said").text, {"level": Level.HIGH}, [socket.AF_INET],
    ],
)  # fmt: skip
def test_results_are_rebuilt_equal(value: Any) -> None:
    again = restore(keep(value))
    assert again == value and type(again) is type(value)


@pytest.mark.parametrize("value", [object(), [print], float("nan"), {"deep": [lambda: 1]}, "half \ud83d", Document])
def test_what_cannot_be_rebuilt_is_refused(value: Any) -> None:
    with pytest.raises(CantKeepError):
        keep(value)


@pytest.mark.parametrize("part", [{"fields": {"args": [["touch", "made"]]}}, {"value": ["touch", "made"]}])
def test_what_no_record_of_ours_names_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CantKeepError):
        restore({"class": "subprocess:Popen", **part})
    told = error_of({"class": "subprocess:Popen", "arguments": [["touch", "made"]], "text": "x"})
    assert type(told) is RecordedToolError and "Popen: x" in str(told)
    time.sleep(0.1)
    assert not (tmp_path / "made").exists()


def test_a_live_object_passes_and_is_named(run: Run) -> None:
    told, times = counting(lambda n: object())
    for _ in range(2):
        with run.rollout():
            told.invoke({"word": "rain"})
    assert len(times) == 2
    assert run.said[0] == "the tool count gives back a object, which can't be recorded: a resumed run calls it again"


def test_artifacts_come_again_and_messages_answer_the_call_that_asks(run: Run) -> None:
    told, times = counting(lambda n: (f"time {n}", {"rows": [n]}), response_format="content_and_artifact")
    with run.rollout(mode="replay"):
        first = told.invoke(CALL)
    with run.rollout("other", original=False, mode="replay"):
        second = told.invoke({**CALL, "id": "c2"})
    assert second == first.model_copy(update={"tool_call_id": "c2"}) and second.artifact == {"rows": [1]}
    assert len(times) == 1


@pytest.mark.parametrize("face", ["invoke", "invoke, by name", "ainvoke"])
def test_retrievers_are_recorded_with_their_events(run: Run, face: str) -> None:
    archive, seen = Archive(asked=[], metadata={"m": 1}), []
    for _ in range(2):
        events = Events()
        with run.rollout():
            config: Any = {"callbacks": [events]}
            found = {
                "invoke": lambda: archive.invoke("rain", config),  # noqa: B023
                "invoke, by name": lambda: archive.invoke(input="rain", config=config),  # noqa: B023
                "ainvoke": lambda: asyncio.run(archive.ainvoke("rain", config)),  # noqa: B023
            }[face]()
            seen.append((found, events.told))
    assert seen[0] == seen[1] and archive.asked == ["rain"]
    assert [event[0] for event in seen[0][1]] == ["search", "found"]
    with run.rollout():
        assert archive.model_copy(update={"shelf": "b"}).invoke("rain")[0].page_content == "rain on b, time 2"


class Both(Writing, StructuredTool):
    """Comes to the door by two ways."""

    def run(self, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        return super().run(tool_input, *args, **kwargs)


def test_a_class_with_two_bases_gets_its_own_methods_back(run: Run) -> None:
    own = vars(Both)["run"]
    for _ in range(2):
        with run.rollout():
            assert vars(Both)["run"].__wrapped__ is own
    assert vars(Both)["run"] is own


def test_a_class_that_is_made_inside_a_run_is_met_like_those_before_it(run: Run) -> None:
    class Beside:
        def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
            return self._run(input["text"])  # type: ignore[attr-defined]

    with run.rollout():
        made = type("Made", (Beside, Writing), {"__module__": __name__, "__annotations__": {}})
        first = made(name="made", description="Made inside.").invoke({"text": "a"})
    with run.rollout():
        again = made(name="made", description="Made inside.", count=7).invoke({"text": "a"})
    assert first == again == "a 1" and "invoke" not in vars(made)


@pytest.mark.parametrize("kind", [Writing, Around])
def test_tools_with_public_methods_of_their_own_are_met_once(run: Run, kind: Any) -> None:
    writes, said = kind(), []
    for _ in range(2):
        with run.rollout():
            said.append(writes.invoke({"text": "hi"}))
    assert said == ["hi 1", "hi 1"] and writes.count == 1


def test_a_tool_inside_a_tool_keeps_the_count_of_its_own_place(run: Run) -> None:
    archive, said = Archive(asked=[]), []
    search = create_retriever_tool(archive, "search", "Searches.")
    for _ in range(2):
        with run.rollout():
            said.append((search.invoke({"query": "rain"}), archive.invoke("rain")))
    assert said[0] == said[1] and said[0][0].endswith("time 1") and said[0][1][0].page_content.endswith("time 2")


def test_a_tool_that_calls_a_model_runs_again_and_its_own_tools_do_not(run: Run) -> None:
    archive, model, times = Archive(asked=[]), ScriptedChat(lambda messages, kwargs: "so"), []

    @tool
    def research(topic: str) -> str:
        """Research a topic."""
        times.append(topic)
        return model.invoke(archive.invoke(topic)[0].page_content).text

    for _ in range(2):
        with run.rollout():
            assert research.invoke({"topic": "rain"}) == "so"
    assert times == ["rain", "rain"] and archive.asked == ["rain"]
    assert "the tool research calls a model" in run.said[0]


def test_under_replay_a_tool_that_calls_a_model_runs_and_its_own_tools_are_replayed(run: Run) -> None:
    archive, model = Archive(asked=[]), ScriptedChat(lambda messages, kwargs: "so")

    @tool
    def research(topic: str) -> str:
        """Research a topic."""
        return archive.invoke("rain")[0].page_content + model.invoke(topic).text

    with run.rollout(mode="replay"):
        research.invoke({"topic": "rain"})
    with run.rollout("candidate", original=False, mode="replay"):
        assert research.invoke({"topic": "snow"}) == "rain on a, time 1so"
    with run.rollout("candidate", row="other", original=False, mode="replay"), pytest.raises(ToolMissError):
        research.invoke({"topic": "snow"})
    assert archive.asked == ["rain"] and len(model.calls) == 2


def test_equal_uses_at_one_place_are_told_apart_and_another_rollout_runs_the_tool(run: Run) -> None:
    told, times = counting(lambda n: n)
    for _ in range(2):
        with run.rollout():
            assert [told.invoke({"word": "rain"}) for _ in range(3)] == [1, 2, 3]
    with run.rollout("other candidate", original=False):
        assert told.invoke({"word": "rain"}) == 4
    assert len(times) == 4


def test_outside_a_run_that_remembers_nothing_is_recorded(run: Run) -> None:
    told, times = counting(lambda n: n)
    with boundary.door(), boundary.scope():
        told.invoke({"word": "rain"})
    with boundary.door():
        told.invoke({"word": "rain"})
    assert len(times) == 2


def test_under_replay_candidates_get_what_the_original_got(run: Run) -> None:
    told, times = counting(lambda n: n)
    with run.rollout(mode="replay"):
        told.invoke({"word": "rain"})
    with run.rollout("candidate", original=False, mode="replay") as scope:
        assert [told.invoke({"word": "rain"}) for _ in range(2)] == [1, 1]
        scope.check()
    assert len(times) == 1


def test_under_replay_what_is_new_is_a_miss_even_where_the_application_swallows_it(run: Run) -> None:
    told, times = counting(lambda n: n)
    with run.rollout(mode="replay"):
        told.invoke({"word": "rain"})
    with run.rollout("candidate", original=False, mode="replay") as scope:
        with pytest.raises(ToolMissError, match=r"count at node#0 has no record for .*snow.*--safe-tool count"):
            told.invoke({"word": "snow"})
        with pytest.raises(ToolMissError):
            scope.check()
    with (
        run.rollout("candidate", row="other row", original=False, mode="replay"),
        pytest.raises(ToolMissError, match="no record"),
    ):
        told.invoke({"word": "rain"})
    assert len(times) == 1


def test_a_safe_tool_answers_what_is_new_and_is_recorded_for_its_own_rollout(run: Run) -> None:
    told, times = counting(lambda n: n)
    for _ in range(2):
        with run.rollout("candidate", original=False, mode="replay", safe=["count"]):
            assert told.invoke({"word": "snow"}) == 1
    with run.rollout("another", original=False, mode="replay"), pytest.raises(ToolMissError):
        told.invoke({"word": "snow"})
    assert len(times) == 1


def test_a_tool_that_said_different_things_is_given_by_place_or_not_at_all(run: Run) -> None:
    told, _ = counting(lambda n: n)
    with run.rollout(mode="replay"):
        assert [told.invoke({"word": "rain"}) for _ in range(2)] == [1, 2]
    with run.rollout("candidate", original=False, mode="replay"):
        assert [told.invoke({"word": "rain"}) for _ in range(2)] == [1, 2]
        with pytest.raises(ToolMissError, match="recorded with 2 different results"):
            told.invoke({"word": "rain"})


def test_under_replay_the_state_that_a_tool_is_given_is_an_argument(run: Run) -> None:
    @tool
    def total(
        word: str, state: Annotated[dict[str, int], InjectedToolArg], store: Annotated[Any, InjectedToolArg]
    ) -> int:
        """Give the total."""
        return state["total"]

    with run.rollout(mode="replay"):
        assert total.invoke({"word": "x", "state": {"total": 3}, "store": object()}) == 3
    with run.rollout("candidate", original=False, mode="replay"):
        assert total.invoke({"word": "x", "state": {"total": 3}, "store": object()}) == 3
        with pytest.raises(ToolMissError, match="and this state of the graph"):
            total.invoke({"word": "x", "state": {"total": 4}, "store": object()})


def test_an_unknown_way_to_treat_tools_is_refused() -> None:
    with pytest.raises(MisuseError, match=r"Tools can't be 'relive'\. Did you mean 'live'\?"):
        ToolRules("relive")  # type: ignore[arg-type]
