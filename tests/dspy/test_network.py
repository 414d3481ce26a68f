"""A DSPy program is a network: its texts are parameters, its predictors steps, and it is never changed."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import dspy
import pytest

import llmdl_dspy
from llmdl_dspy import DspyChat
from llmdl_dspy.engine import AsyncChatEngine, ChatEngine
from llmdl_plugins import Network, trainable
from llmdl_plugins.errors import MisuseError, ParameterError, TargetError, UnboundCallError
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.target import load_target

from .filling import chatting, filling, marked
from .programs import Fan, Inner, Nested, Synchronous, search

PREDICTORS = ["inner.draft.predict", "inner.parts[0]", "last"]


@pytest.fixture(autouse=True)
def bare() -> Iterator[None]:
    before = dspy.Predict.forward, dspy.Predict.aforward, dspy.Module.deepcopy
    yield
    assert (dspy.Predict.forward, dspy.Predict.aforward, dspy.Module.deepcopy) == before
    assert dspy.settings.lm is None


def values(net: Network, mark: str) -> dict[str, str]:
    return {name: f"{mark} do it" for name in net.named_parameters() if name.endswith("/instructions")}


def traced(net: Network, inputs: Any, given: Any = None) -> Any:
    with dspy.context(lm=filling(marked)), net.using(given or {}):
        return asyncio.run(net.trace(inputs))


def system(step: Any) -> str:
    return str(step.calls[0].messages[0]["content"])


def test_predictors_are_nodes_and_their_texts_parameters() -> None:
    net = trainable(Nested())
    assert net.nodes() == PREDICTORS
    assert [name for name, p in net.named_parameters().items() if p.trainable] == [
        f"{node}/{kind}" for node in PREDICTORS for kind in ("instructions", "demos")
    ]
    assert net["last/field:number"].default == "${number}" and "unfrozen" in net["last/field:number"].frozen_because
    assert not any("prefix" in name for name in net.named_parameters())


def test_a_run_leaves_a_tape_and_the_program_as_it_was() -> None:
    program = Nested()
    before, net = json.dumps(program.dump_state()), trainable(program)
    answer, tape = traced(net, {"question": "q"}, values(net, "CAND-7"))
    assert answer.number == 7 and [s.name for s in tape.steps] == PREDICTORS
    draft, part, last = tape.steps
    assert draft.inputs == {"question": "q"} and draft.outputs == {"reasoning": "CAND-7", "draft": "CAND-7"}
    assert part.fed_by == [draft] and last.fed_by == [draft, part]  # one mark in all of them
    assert net["last/instructions"] in last.reads and len(last.calls) == 1
    assert json.dumps(program.dump_state()) == before


def test_with_nothing_changed_it_is_the_program_that_runs() -> None:
    program = Nested()
    with dspy.context(lm=filling(marked)):
        assert trainable(program).invoke({"question": "q"}).toDict() == program(question="q").toDict()


@pytest.mark.parametrize(
    ("program", "adapter"),
    [
        (Synchronous, None),
        *((Nested, adapter) for adapter in (dspy.ChatAdapter(), dspy.JSONAdapter(), dspy.XMLAdapter())),
    ],
    ids=lambda one: type(one).__name__,
)
def test_hundreds_of_candidates_at_once_keep_to_themselves(program: Any, adapter: Any) -> None:
    net = trainable(program())

    async def one(n: int) -> Any:
        with net.using(values(net, f"CAND-{n}")):
            return await net.trace({"question": "q"})

    async def main() -> Any:
        return await asyncio.gather(*(one(n) for n in range(200)))

    with dspy.context(lm=filling(marked), adapter=adapter):
        runs = asyncio.run(main())
    assert [answer.number for answer, _ in runs] == list(range(200))
    assert all(f"CAND-{n} " in system(step) for n, (_, tape) in enumerate(runs) for step in tape.steps)
    assert all(len(tape.steps) == len(tape.calls) == 3 for _, tape in runs)


def test_threads_that_dspy_starts_follow_their_candidate() -> None:
    net = trainable(Fan())

    async def one(n: int) -> Any:
        with net.using({"part/instructions": f"CAND-{n}"}):
            return await net.trace({"q": "x"})

    async def main() -> Any:
        return await asyncio.gather(*(one(n) for n in range(50)))

    with dspy.context(lm=filling(marked)):
        runs = asyncio.run(main())
    assert [answer.total for answer, _ in runs] == [4 * n for n in range(50)]
    assert all(len(tape.steps) == 4 for _, tape in runs)


def test_what_a_program_configures_holds_for_its_own_run() -> None:
    class Configuring(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.part = dspy.Predict("q -> answer")

        def forward(self, q: str) -> Any:
            dspy.configure(lm=filling(lambda *_: f"configured for {q}"))
            dspy.settings.configure(max_errors=int(q))
            return dspy.Prediction(answer=self.part(q=q).answer, errors=dspy.settings.max_errors)

    net = trainable(Configuring())

    async def main() -> Any:
        return await asyncio.gather(*(net.trace({"q": f"{n}"}) for n in range(20)))

    with dspy.context(lm=filling(marked), max_errors=99):
        runs = asyncio.run(main())
        assert dspy.settings.max_errors == 99
    assert [(a.answer, a.errors) for a, _ in runs] == [(f"configured for {n}", n) for n in range(20)]


class Remembering(dspy.Module):  # type: ignore[misc]
    """Remembers what it gave, also where another value is in force."""

    def __init__(self) -> None:
        super().__init__()
        self.part = dspy.Predict("q -> answer")

    @functools.lru_cache(maxsize=8)  # noqa: B019
    def forward(self, q: str) -> Any:
        return self.part(q=q)


def test_what_a_program_remembers_is_no_answer_of_a_candidate() -> None:
    own, net = Remembering.forward, trainable(Remembering())

    async def one(n: int) -> Any:
        with net.using({"part/instructions": f"CAND-{n}"}):
            return (await net.trace({"q": "x"}))[0].answer

    async def main() -> Any:
        return await asyncio.gather(*(one(n) for n in range(20)))

    with dspy.context(lm=filling(marked)):
        assert asyncio.run(main()) == [f"CAND-{n}" for n in range(20)]
    assert Remembering.forward is own and own.cache_info().currsize == 0


def test_asyncify_and_evaluate_follow_the_candidate_too() -> None:
    predict = dspy.Predict("q -> number: int")

    class Wide(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.predict = predict

        async def aforward(self, q: str) -> Any:
            one = (await dspy.asyncify(self.predict)(q=q)).number
            devset = [dspy.Example(q=f"{n}").with_inputs("q") for n in range(8)]
            scored = dspy.Evaluate(devset=devset, metric=lambda e, p: p.number == 5, num_threads=4)(self.predict)
            return dspy.Prediction(one=one, score=scored.score)

    answer, tape = traced(trainable(Wide()), {"q": "x"}, {"predict/instructions": "CAND-5"})
    assert (answer.one, answer.score, len(tape.steps)) == (5, 100.0, 9)


def test_demonstrations_are_shown_as_dspy_shows_its_own() -> None:
    net = trainable(dspy.ChainOfThought("question -> answer"))
    demo = {"input": '{"question": "a?"}', "output": '{"reasoning": "so", "answer": "b"}'}
    _, tape = traced(net, {"question": "q"}, {"predict/demos": [demo]})
    plain = dspy.ChainOfThought("question -> answer")
    plain.predict.demos = [dspy.Example(question="a?", reasoning="so", answer="b")]
    lm = filling(marked)
    with dspy.context(lm=lm):
        plain(question="q")
    assert [m["content"] for m in tape.calls[0].messages] == [m["content"] for m in lm.history[0]["messages"]]


def test_demonstrations_of_the_program_are_kept_and_can_be_said_in_plain_texts() -> None:
    predict = dspy.Predict("question -> answer")
    predict.demos = [dspy.Example(question="a?", answer="b", augmented=True)]
    net = trainable(predict)
    assert net["self/demos"].default == [{"input": '{"question":"a?"}', "output": '{"answer":"b"}'}]
    _, tape = traced(net, {"question": "q"})
    assert len(tape.calls[0].messages) == 4
    _, tape = traced(net, {"question": "q"}, {"self/demos": [{"input": "c?", "output": "d"}]})
    assert "c?" in tape.calls[0].messages[1]["content"] and "d" in tape.calls[0].messages[2]["content"]


def test_demonstrations_that_do_not_fit_are_refused() -> None:
    net = trainable(dspy.Predict("question, context -> answer"))
    with pytest.raises(ParameterError, match='demonstration 0: "input" is no JSON object of question, context'):
        net.checked({"self/demos": [{"input": "c?", "output": "d"}]})


class Hinted(dspy.Signature):  # type: ignore[misc]
    """Answer."""

    question: str = dspy.InputField()
    hint: str | None = dspy.InputField()
    style: str = dspy.InputField(default="short")
    answer: str = dspy.OutputField()


def test_inputs_that_need_not_be_given_are_no_gap_in_a_worked_example() -> None:
    net = trainable(dspy.Predict(Hinted))
    _, tape = traced(net, {"question": "q"})
    parameter, step = net["self/demos"], tape.steps[0]
    assert parameter.worked and parameter.worked({"hint": "h"}, step.outputs) is None
    shown = parameter.worked(step.inputs, step.outputs)
    assert shown == {"input": '{"question":"q","style":"short"}', "output": '{"answer":"none"}'}
    _, tape = traced(net, {"question": "q"}, {"self/demos": [shown]})
    assert "[[ ## style ## ]]\nshort" in tape.calls[0].messages[1]["content"]


def test_field_descriptions_are_put_in_where_they_are_unfrozen() -> None:
    net = trainable(dspy.Predict("question -> answer"))
    net.unfreeze("*/field:*")
    _, tape = traced(net, {"question": "q"}, {"self/field:answer": "one word"})
    assert "`answer` (str): one word" in system(tape.steps[0])


def test_empty_instructions_are_refused() -> None:
    with pytest.raises(ParameterError, match="the text is empty"):
        trainable(Nested()).checked({"last/instructions": " "})


def test_tools_stay_in_the_instructions_and_their_descriptions_are_parameters() -> None:
    program = dspy.ReAct("question -> answer", tools=[search])
    net = trainable(program)
    assert net["react/instructions"].slots == ("search", "finish")
    assert net["react/tool:search"].default == "Looks things up."
    with pytest.raises(ParameterError, match="slots must stay"):
        net.checked({"react/instructions": "Do it without tools."})
    net.unfreeze("*/tool:*")
    changed = {"react/tool:search": "CAND-9 finder", "react/instructions": "CAND-9: {search}, {finish}."}
    answer, tape = traced(net, {"question": "q"}, {**changed, "extract.predict/instructions": "CAND-9"})
    assert [s.name for s in tape.steps] == ["react", "react", "extract.predict"] and answer.answer == "CAND-9"
    assert "CAND-9: search, whose description is <desc>CAND-9 finder</desc>" in system(tape.steps[0])
    assert program.tools["search"].desc == "Looks things up."


@pytest.mark.parametrize("kind", [dspy.BestOfN, dspy.Refine])
def test_copies_that_a_module_makes_of_its_own_are_bound(kind: Any) -> None:
    inner = dspy.ChainOfThought("question -> number: int")
    net = trainable(kind(module=inner, N=2, reward_fn=reward, threshold=1.0))
    answer, tape = traced(net, {"question": "q"}, {"module.predict/instructions": "CAND-4"})
    bound = [s for s in tape.steps if s.name == "module.predict"]
    assert answer.number == 4 and len(bound) == 2 and all("CAND-4" in system(step) for step in bound)


def reward(inputs: Any, prediction: Any) -> float:
    return 0.0


def test_copies_with_the_same_stage_are_told_apart_by_their_place() -> None:
    import random

    program = Inner()
    random.seed(0)
    program.draft = dspy.ChainOfThought("question -> draft")
    random.seed(0)
    program.parts = [dspy.Predict("draft -> answer")]
    assert program.draft.predict.stage == program.parts[0].stage
    net = trainable(dspy.BestOfN(module=program, N=2, reward_fn=reward, threshold=1.0))
    _, tape = traced(net, {"question": "q"}, {"module.parts[0]/instructions": "CAND-4"})
    assert [s.name for s in tape.steps] == ["module.draft.predict", "module.parts[0]"] * 2


OTHER = dspy.Signature("question -> answer", "Mine.")


def test_a_program_that_hides_a_value_is_an_error_and_no_score() -> None:
    class Hiding(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.predict = dspy.Predict("question -> answer")

        def forward(self, question: str) -> Any:
            try:
                return self.predict(question=question, signature=OTHER, demos=[])
            except Exception:
                return dspy.Prediction(answer="swallowed")

    net = trainable(Hiding())
    traced(net, {"question": "q"})
    for changed in ({"predict/instructions": "CAND-1"}, {"predict/demos": [{"input": "a", "output": "b"}]}):
        with pytest.raises(UnboundCallError, match="freeze predict/"):
            traced(net, {"question": "q"}, changed)


class Showing(dspy.Module):  # type: ignore[misc]
    """Chooses worked examples by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.predict = dspy.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        self.predict.demos = [dspy.Example(question="1", answer="2")]
        return self.predict(question=question)


class Going(dspy.Module):  # type: ignore[misc]
    """Sends the text of a predictor without a call of it."""

    def __init__(self) -> None:
        super().__init__()
        self.predict = dspy.Predict(dspy.Signature("question -> answer", "Answer in one word, as ever."))

    def forward(self, question: str) -> Any:
        (fields,) = dspy.ChatAdapter()(dspy.settings.lm, {}, self.predict.signature, [], {"question": question})
        return dspy.Prediction(**fields)


class Deaf(dspy.ChatAdapter):  # type: ignore[misc]
    """Says the same whatever the signature."""

    def format_system_message(self, signature: Any) -> str:
        return "Answer."


@pytest.mark.parametrize(
    ("program", "changed", "adapter", "why"),
    [
        (
            Showing(),
            {"predict/demos": [{"input": "a", "output": "b"}]},
            None,
            "with demos of its own.*freeze predict/demos",
        ),
        (
            Going(),
            {"predict/instructions": "CAND-1"},
            None,
            "sends the instructions of predict by itself.*call predict",
        ),
        (dspy.Predict("q -> a"), {"self/instructions": "CAND-1"}, Deaf(), "the adapter in force leaves them out"),
    ],
)
def test_what_goes_round_its_binding_is_an_error_and_no_score(
    program: Any, changed: Any, adapter: Any, why: str
) -> None:
    net, inputs = trainable(program), {name: "x" for name in program.predictors()[0].signature.input_fields}
    with dspy.context(adapter=adapter):
        traced(net, inputs)
        with pytest.raises(UnboundCallError, match=why):
            traced(net, inputs, changed)


class Shouting(dspy.LM):  # type: ignore[misc]
    """A model that the user has changed for synchronous calls."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return [said.replace("none", "NONE") for said in super().__call__(*args, **kwargs)]


def test_a_model_that_only_answers_synchronously_is_asked_so() -> None:
    one, other = ChatEngine(chatting(marked)), AsyncChatEngine(chatting(marked))
    lms = [dspy.LM("m", engine=one, cache=False), Shouting("m", engine=one, async_engine=other, cache=False)]
    program = dspy.ChainOfThought("question -> answer")
    for lm, answer in zip(lms, ("none", "NONE"), strict=True):
        with dspy.context(lm=lm):
            assert program(question="q").answer == trainable(program).invoke({"question": "q"}).answer == answer
    assert "none" in asyncio.run(DspyChat(lm=lms[0]).ainvoke("Respond with [[ ## a ## ]]")).text


def test_a_module_that_sets_an_adapter_of_its_own_is_bound_as_any() -> None:
    class Own(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.predict = dspy.Predict("question -> number: int")

        def forward(self, question: str) -> Any:
            with dspy.context(adapter=dspy.JSONAdapter()):
                return self.predict(question=question)

    answer, _ = traced(trainable(Own()), {"question": "q"}, {"predict/instructions": "CAND-6"})
    assert answer.number == 6


def test_a_class_of_programs_is_a_target(tmp_path: Path) -> None:
    source = "import dspy\nclass Asks(dspy.Module):\n    def __init__(self, {0}):\n        super().__init__()\n"
    source += "        self.ask = dspy.Predict('q -> a')\n"
    for name, more in (("asking_class.py", "n=1"), ("needing_class.py", "n")):
        (tmp_path / name).write_text(source.format(more))
    assert trainable(load_target(f"{tmp_path}/asking_class.py:Asks")).nodes() == ["ask"]
    with pytest.raises(TargetError, match="is a class that could not be called without arguments: .* 'n'"):
        load_target(f"{tmp_path}/needing_class.py:Asks")


def test_a_program_without_a_model_is_told_and_never_scored() -> None:
    with pytest.raises(MisuseError, match=r"No LM is set for inner\.draft\.predict: dspy\.configure"):
        asyncio.run(trainable(Nested()).trace({"question": "q"}))


def test_what_is_no_program_is_told() -> None:
    with pytest.raises(TargetError, match="has no predictors"):
        trainable(dspy.Module())


def test_another_version_of_dspy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmdl_dspy.supported.version", lambda name: "3.5.0")
    for use in (lambda: trainable(Nested()), lambda: find("optimizers", "dspy:copro")(), lambda: llmdl_dspy.Layer):
        with pytest.raises(MisuseError, match="DSPy 3.5.0 is installed, .* with 3.4"):
            use()


def test_without_dspy_its_names_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("llmdl_dspy.supported.version", none)
    with pytest.raises(MisuseError, match=r"DSPy is not installed: pip install 'llmdl-plugins\[dspy\]'"):
        _ = llmdl_dspy.Layer
