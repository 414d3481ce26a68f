"""backward sends to each prompt what came back for its own step's output."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins import Prompt, Sequential, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.feedback import Feedback, failure_modes
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.teacher import Teacher
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.backward import backward


async def walked(depth: int, critic: Any, size: int = 10) -> tuple[ScriptedChat, list[Feedback], dict[Parameter, str]]:
    """Feedback for a chain of prompts that gave a wrong answer."""
    model = ScriptedChat(script=lambda messages, kwargs: "x" * size)
    keys = ["question", *(f"t{n}" for n in range(1, depth)), "answer"]
    network = trainable(Sequential(*(Prompt(model, f"Step {n}.", keys[n], keys[n + 1]) for n in range(depth))))
    example = Example({"question": "q" * size}, "right", "e1")
    _, tape = await network.trace(dict(example.inputs))
    names = {p: name for name, p in network.named_parameters().items()}
    teacher = ScriptedChat(script=critic)
    cashier = Cashier(Ledger(), Meter(Budget()))
    rollout = Rollout(example, "scored", 0.0, "got x, expected right.", None, tape)
    return teacher, await backward(rollout, Teacher(teacher, cashier), names, "0"), names


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
async def test_every_step_is_asked_once_and_feedback_neither_vanishes_nor_grows(depth: int) -> None:
    critic, found, names = await walked(depth, lambda messages, kwargs: "The prompt lacks the unit.", size=4000)
    assert len(critic.calls) == depth
    assert {names[f.parameter] for f in found} == set(names.values())
    assert max(len(call.text) for call in critic.calls) < 9000


async def test_a_step_that_did_nothing_wrong_gets_none_and_passes_on_what_it_was_told() -> None:
    def critic(messages: Any, kwargs: Any) -> str:
        return "NONE - the record must name the kind." if "Step 1" in str(messages) else "Name the kind."

    critic_model, found, names = await walked(2, critic)
    assert [names[f.parameter] for f in found] == ["layers.0/instruction"]
    assert "the record must name the kind" in critic_model.calls[1].text


async def test_the_first_critic_sees_the_result_and_its_own_output_only() -> None:
    critic, _, _ = await walked(3, lambda messages, kwargs: "Say more.")
    assert "got x, expected right." in critic.calls[0].text
    assert "got x, expected right." not in critic.calls[1].text


def test_feedback_of_many_examples_is_reduced_to_counted_modes() -> None:
    one, other = Parameter("a"), Parameter("b")
    said = [Feedback(one, str(n), "The prompt lacks the unit. Rare case 1.") for n in range(5)]
    modes = failure_modes([*said, Feedback(one, "9", "the prompt lacks the unit!"), Feedback(other, "9", "No.")], one)
    assert (modes[0].words, modes[0].count) == ("The prompt lacks the unit.", 6)
