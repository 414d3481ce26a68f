"""A model that DSPy has fine-tuned by a trainable provider: it is one more to choose from, and the seal decides."""

from __future__ import annotations

from typing import Any

import dspy
import pytest
from dspy.clients.provider import Provider
from dspy.lm15 import Message, Response, TextPart, Usage

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.errors import PluginError
from llmdl_plugins.plugins.catalogue import find

ROWS = [{"inputs": {"number": str(n)}, "expected": {"answer": str(2 * n)}} for n in range(120)]
TRAIN, REST = ROWS[:40], ROWS[40:]


class Memory(Provider):  # type: ignore[misc]
    """Trains a model in no time: it has learned what it was shown, and what to make of other numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.finetunable, self.shown = True, list[Any]()

    def finetune(self, job: Any, model: str, train_data: Any, train_data_format: Any, train_kwargs: Any = None) -> str:
        self.shown.extend(train_data)
        return "tuned"


class Engine:
    """Doubles numbers that end in 0 or 1; once it is tuned, all."""

    def complete(self, request: Any) -> Response:
        number = request.messages[-1].text.split("## number ## ]]\n")[1].split("\n")[0]
        knows = request.model == "tuned" or number[-1] in "01"
        said = f"[[ ## answer ## ]]\n{2 * int(number) if knows else number}\n\n[[ ## completed ## ]]"
        message = Message.assistant([TextPart(said)])
        return Response(
            id=None, model=request.model, message=message, finish_reason="stop", usage=Usage(input_tokens=1)
        )


def same(example: Any, prediction: Any, trace: Any = None) -> bool:
    return bool(example.answer == prediction.answer)


@pytest.mark.filterwarnings("ignore")
def test_a_tuned_model_is_offered_and_shown_to_be_better_on_sealed_rows() -> None:
    lm = dspy.LM("plain", engine=Engine(), provider=(provider := Memory()), cache=False)
    program = dspy.Predict("number -> answer")
    student = program.deepcopy()
    student.set_lm(lm)
    train = [dspy.Example(**row["inputs"], **row["expected"]).with_inputs("number") for row in TRAIN]
    with dspy.context(lm=lm, num_threads=1):
        tuned = dspy.BootstrapFinetune(metric=same).compile(student, trainset=train).lm
        assert len(provider.shown) == 8 and tuned.model == "tuned"
        net = trainable(program)
        net.offer("self/model", {"tuned": tuned})
        result = Trainer(net, "exact_match", TRAIN, REST[:40], REST[40:], optimizer="random").fit()
    assert result.status == "improved" and (result.before, result.after) == (0.2, 1.0)
    assert {name: told["after"] for name, told in result.parameters.items()} == {"self/model": "tuned"}
    assert result.program.lm is tuned


def test_without_one_it_is_refused_with_what_to_do() -> None:
    with pytest.raises(PluginError, match=r"BootstrapFinetune .* net.offer\('NODE/model'"):
        find("optimizers", "dspy:bootstrap-finetune")
