"""A trained program goes back to DSPy: what is loaded without this package sends the same bytes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dspy
import pytest

from llmdl_plugins import trainable
from llmdl_plugins.errors import MisuseError

from .filling import filling, marked

HERE = Path(__file__).parent
NASTY = 'Say {answer}, [[ ## a ## ]], "quoted", naïve 日本 </script> \u2028 done.\n    indented'

PLAIN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import dspy
import carried
from dspy.lm15 import Message, Response, TextPart, Usage

class Engine:
    def __init__(self):
        self.seen = []
    def complete(self, request):
        said = carried.SAID.pop(0)
        message = Message.assistant([TextPart(said)])
        return Response(id=None, model="m", message=message, finish_reason="stop", usage=Usage(input_tokens=1))

carried.SAID[:] = json.load(open(sys.argv[3]))
program = carried.program()
program.load(sys.argv[2])
lm = dspy.LM("m", engine=Engine(), cache=False)
adapter = getattr(dspy, sys.argv[4])()
with dspy.context(lm=lm, adapter=adapter):
    program(question="q?")
assert not any(name.startswith("llmdl") for name in sys.modules)
print(json.dumps([call["messages"] for call in lm.history]))
"""


def carried() -> Any:
    sys.path.insert(0, str(HERE / "agents"))
    try:
        import carried as module  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(HERE / "agents"))
    return module


VALUES = {
    "agent.react/instructions": f"{NASTY}\nTools: {{search}}; at the end {{finish}}",
    "agent.react/tool:search": "a finder",
    "agent.extract.predict/instructions": NASTY,
    "agent.extract.predict/field:reasoning": "in short",
    "last/demos": [{"input": '{"answer": "a?\\n日本"}', "output": '{"number": 3, "words": ["x", "y"]}'}],
}


@pytest.mark.parametrize("adapter", ["ChatAdapter", "JSONAdapter", "XMLAdapter"])
def test_what_plain_dspy_loads_sends_the_same_bytes(tmp_path: Path, adapter: str) -> None:
    net = trainable(carried().program())
    net.unfreeze("*/tool:*")
    net.unfreeze("*/field:*")
    with dspy.context(lm=filling(marked), adapter=getattr(dspy, adapter)()), net.using(VALUES):
        _, tape = asyncio.run(net.trace({"question": "q?"}))
        state = net.export("dspy")
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    (tmp_path / "said.json").write_text(json.dumps([c.answer["content"] for c in tape.calls]))
    given = [str(HERE / "agents"), str(tmp_path / "state.json"), str(tmp_path / "said.json"), adapter]
    done = subprocess.run([sys.executable, "-c", PLAIN, *given], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-300:]
    ours = [[message["content"] for message in call.messages] for call in tape.calls]
    assert len(ours) == 4
    assert [[message["content"] for message in messages] for messages in json.loads(done.stdout)] == ours


def test_the_json_is_what_save_writes_and_the_program_is_plain(tmp_path: Path) -> None:
    program = carried().program()
    before, net = json.dumps(program.dump_state()), trainable(program)
    trained = net.export("program", {"last/instructions": "Count."})
    trained.save(tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text()) == net.export("dspy", {"last/instructions": "Count."})
    assert trained.last.signature.instructions == "Count." and json.dumps(program.dump_state()) == before
    assert type(trained) is type(program)


def test_what_dspys_json_cannot_carry_is_told() -> None:
    class Native(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.finder = dspy.Tool(len, name="finder", desc="counts", args={}, arg_types={})
            self.choose = dspy.Predict("question: str, tools: list[dspy.Tool] -> calls: dspy.ToolCalls")

        def forward(self, question: str) -> Any:
            return self.choose(question=question, tools=[self.finder])

    program = Native()
    net = trainable(program)
    net.unfreeze("*/tool:*")
    changed = {"choose/tool:finder": "measures"}
    assert "no descriptions of tools" in (net.unexportable("choose/tool:finder") or "")
    with pytest.warns(UserWarning, match="choose/tool:finder is not in what is exported"):
        net.export("dspy", changed)
    assert net.export("program", changed).finder.desc == "measures" and program.finder.desc == "counts"


def test_other_forms_are_refused_by_name() -> None:
    with pytest.raises(MisuseError, match="can't be exported as 'patch', but as dspy, program, module, weights"):
        trainable(dspy.Predict("q -> a")).export("patch")


def values_of(net: Any) -> dict[str, Any]:
    net.unfreeze("*/tool:*")
    net.unfreeze("*/field:*")
    return VALUES


def test_what_is_exported_is_verified_call_by_call() -> None:
    net = trainable(carried().program())
    with dspy.context(lm=(lm := filling(marked))):
        found = net.verify([{"question": "q?"}, {"question": "r?"}], values_of(net))
    assert str(found) == "verified: every message of 8 calls of 2 probes is equal"
    assert len(lm.engine.chat.calls) == 8  # the exported program is given the same answers


def test_models_at_predictors_are_loaded_too(provider: Any, caplog: pytest.LogCaptureFixture) -> None:
    program = dspy.Predict("question -> answer")
    program.set_lm(dspy.LM("openai/m", api_base=f"{provider.address}/v1", api_key="k"))
    net = trainable(program)
    assert net.verify([{"question": "q?"}], {"self/instructions": "Tried."}).equal
    assert not any("unsafe" in message for message in caplog.messages)  # its address is kept
    assert "api_key" not in (told := net.export("dspy")["lm"]) and told["api_base"].startswith(provider.address)


def test_what_dspy_cannot_load_again_is_told() -> None:
    class Local(dspy.LM):  # type: ignore[misc]
        """A model whose class nobody else can find."""

    program = dspy.Predict("question -> answer")
    program.set_lm(Local("m", engine=filling(marked).engine, cache=False))
    program.lm.dump_state = lambda: {"_dspy_lm_class": f"{__name__}.Gone", "model": "m"}
    with pytest.raises(MisuseError, match="DSPy can't load what it wrote of Predict"):
        trainable(program).verify([{"question": "q?"}])


@pytest.mark.filterwarnings("ignore:.*is not in what is exported")
def test_a_difference_is_named() -> None:
    net = trainable(dspy.Predict("question -> answer"))
    net.offer("self/temperature", [0.0, 0.7])
    with dspy.context(lm=filling(marked)):
        found = net.verify([{"question": "q?"}], {"self/temperature": 0.7})
    assert not found.equal and "probe 1, self: differs from character" in str(found) and "0.7" in str(found)


def test_a_probe_that_raises_is_misuse() -> None:
    def broken(field: str, system: str, last: str) -> Any:
        raise KeyError(field)

    with dspy.context(lm=filling(broken)), pytest.raises(MisuseError, match="Probe 1 can't be used to verify"):
        trainable(dspy.Predict("question -> answer")).verify([{"question": "q?"}])
