"""Programs in many styles: a run that changes nothing sends what DSPy sends, every instruction that is tried arrives,
what is remembered is not paid again, and plain DSPy loads what was trained and sends the same bytes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import dspy
import pytest
from dspy.lm15 import Message, Response, TextPart, Usage, response_to_events

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.testing import ScriptedChat

from .filling import answer
from .styles import STYLES, Said, Style
from .test_tool_uses import evaluator


class Engine:
    """Says something for every field that is asked for, and keeps what it was asked."""

    def __init__(self, says: Said) -> None:
        self.says, self.asked = says, list[Any]()

    def __deepcopy__(self, memo: Any) -> Engine:
        return self

    def dump_state(self) -> dict[str, Any]:
        return {}

    @classmethod
    def load_state(cls, state: Any) -> Engine:
        return cls({})

    def value(self, field: str, system: str, last: str) -> Any:
        return self.says.get(field, lambda _: ["x"] if field == "drafts" else f"some {field}")(last)

    def complete(self, request: Any) -> Response:
        self.asked.append(request)
        last = "".join(part.text for part in request.messages[-1].parts if isinstance(part, TextPart))
        said = answer(str(request.system or ""), last, self.value) or "said"
        used = Usage(input_tokens=3, output_tokens=2)
        return Response(None, "m", Message.assistant([TextPart(said)]), "stop", used)

    def stream(self, request: Any) -> Iterator[Any]:
        yield from response_to_events(self.complete(request))


class AsyncEngine(Engine):
    async def complete(self, request: Any) -> Response:  # type: ignore[override]
        return super().complete(request)

    async def stream(self, request: Any) -> AsyncIterator[Any]:  # type: ignore[override]
        for event in response_to_events(super().complete(request)):
            yield event


def model(style: Style) -> tuple[dspy.LM, list[Any]]:
    """A model, and where it keeps what it is asked."""
    threaded, engine = Engine(style.says), AsyncEngine(style.says)
    engine.asked = threaded.asked
    return dspy.LM("m", engine=threaded, async_engine=engine, cache=False), threaded.asked


def taken(asked: list[Any]) -> list[str]:
    """What was asked, whatever came first."""
    told = sorted(map(repr, asked))
    asked.clear()
    return told


def alone(program: Any, given: Mapping[str, Any]) -> None:
    """Run it as its user does."""
    if hasattr(type(program), "aforward"):
        asyncio.run(program.acall(**given))
    else:
        program(**given)


def played(program: Any, given: Mapping[str, Any], values: Mapping[str, Any], ledger: Ledger) -> str:
    """Run it in a run that pays."""
    with evaluator(program, ledger) as at:
        (rollout,) = asyncio.run(at.evaluate([values], [Example(dict(given), {"answer": "x"}, "0")]))
    return rollout.status


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_is_trained_as_it_is_and_goes_home(name: str, tmp_path: Path) -> None:
    style = STYLES[name]
    lm, asked = model(style)
    with dspy.context(lm=lm, adapter=style.adapter), closing(Ledger()) as ledger, closing(Ledger()) as other:
        program = style.program()
        net = trainable(program)
        alone(program, style.given)
        plain = taken(asked)
        assert played(program, style.given, {}, other) == "scored" and taken(asked) == plain

        trained = [p for p in net.named_parameters().items() if p[0].endswith("/instructions") and p[1].trainable]
        values = {name: f"TRIED-{n}. {p.default}" for n, (name, p) in enumerate(trained)}
        assert played(program, style.given, values, ledger) == "scored"
        sent = taken(asked)
        assert all(any(f"TRIED-{n}." in one for one in sent) for n in range(len(trained)))
        assert played(program, style.given, values, ledger) == "scored" and not asked

        path, home = tmp_path / "trained.json", style.program()
        path.write_text(json.dumps(net.export("dspy", values)))
        home.load(path, allow_unsafe_lm_state=True)
        for one in home.predictors():
            one.lm = one.lm and lm.copy(**one.lm.kwargs)  # what was loaded is another engine than this
        alone(home, style.given)
        assert taken(asked) == sent
        assert net.verify([dict(style.given)], values).equal


def test_rows_without_a_text_are_trained_on() -> None:
    class Seen(dspy.Signature):  # type: ignore[misc]
        """Look."""

        picture: dspy.Image = dspy.InputField()
        tags: list[str] = dspy.InputField()
        mood: str = dspy.OutputField()

    class Moody(AsyncEngine):
        def value(self, field: str, system: str, last: str) -> Any:
            return "good" if "BETTER" in system else "bad"

    rows = [
        dspy.Example(picture=dspy.Image(url=f"https://x.example/{n}.png"), tags=["a"], mood="good").with_inputs(
            "picture", "tags"
        )
        for n in range(60)
    ]
    lm = dspy.LM("m", engine=Engine({}), async_engine=Moody({}), cache=False)
    with dspy.context(lm=lm):
        net, teacher = trainable(dspy.Predict(Seen)), ScriptedChat(lambda *_: "Look. BETTER")
        result = Trainer(net, "exact_match", rows[:20], rows[20:40], rows[40:], teacher=teacher).fit()
    assert result.status == "improved" and result.parameters["self/instructions"]["after"] == "Look. BETTER"
