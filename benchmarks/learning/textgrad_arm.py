"""TextGrad on the worlds: every prompt a variable, every step an LLM call on its graph; settings as tuned."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from learning.lab import Lab

from llmdl_plugins.testing.worlds.blame import AGAIN, STEPS

# What did best of the grid in tuning.py, on seeds below 100.
SETTINGS: dict[str, Any] = {"batch": 8, "val": 30}


def run_textgrad(lab: Lab, **changes: Any) -> None:
    """Batches, a loss on strings, one step of textual gradient descent, taken back where val gets worse."""
    import textgrad as tg
    from textgrad.autograd.string_based_ops import StringBasedFunction

    settings = {**SETTINGS, **changes}
    engine = _engine(lab)
    tg.set_backward_engine(engine, override=True)
    prompts = [tg.Variable(p, requires_grad=True, role_description="system prompt of a step") for p in lab.start]
    loss_of = StringBasedFunction(
        lambda prediction, truth: str(int(prediction.value == truth.value)),
        function_purpose="Is the predicted number equal to the right result?",
    )
    optimizer, draw = tg.TGD(parameters=prompts, engine=engine), random.Random(lab.seed)
    train, val = lab.rows("train"), lab.rows("val")[: settings["val"]]
    first = best = sum(lab.right(lab.start, row) for row in val)
    while not lab.over:
        optimizer.zero_grad()
        losses = []
        for row in draw.sample(train, settings["batch"]):
            truth = tg.Variable(row["expected"], requires_grad=False, role_description="right result")
            losses.append(loss_of(inputs={"prediction": _forward(lab, engine, prompts, row), "truth": truth}))
        tg.sum(losses).backward()
        before = [prompt.value for prompt in prompts]
        optimizer.step()
        after = [prompt.value for prompt in prompts]
        score = sum(lab.right(after, row) for row in val)
        if score < best:
            for prompt, value in zip(prompts, before, strict=True):
                prompt.set_value(value)
        else:
            best = score
            lab.note(after)
    lab.claimed = best > first


def _engine(lab: Lab) -> Any:
    from textgrad.engine.base import EngineLM

    class Engine(EngineLM):
        model_string = "simulated"

        def generate(self, prompt: Any, system_prompt: str | None = None, **settings: Any) -> str:
            return lab.say(system_prompt or "", prompt)

        __call__ = generate

    return Engine()


def _forward(lab: Lab, engine: Any, prompts: list[Any], row: dict[str, Any]) -> Any:
    import textgrad as tg

    asked = tg.Variable(row["inputs"]["question"], requires_grad=False, role_description="the task")
    if lab.world == "blame":
        return _six_steps(engine, dict(zip(STEPS, prompts, strict=True)), asked)
    for prompt in prompts:
        asked = tg.BlackboxLLM(engine, prompt)(asked)
    return asked


def _six_steps(engine: Any, prompts: Mapping[str, Any], question: Any) -> Any:
    from textgrad.autograd.llm_ops import FormattedLLMCall

    noted: dict[str, Any] = {}

    def step(name: str, *seen: str, turn: int = 1) -> None:
        inputs = {"question": question, **{one: noted[one] for one in seen if one in noted}}
        at = f"At step {name}" + (f", round {turn}" if turn > 1 else "")
        form = " ".join([f"{at}: {{question}}", *(f"{one}={{{one}}}" for one in inputs if one != "question")])
        call = FormattedLLMCall(engine, form, dict.fromkeys(inputs, ""), prompts[name])
        noted[name] = call(inputs=inputs, response_role_description=f"number noted by step {name}")

    step("read")
    step("north", "read")
    step("south", "read")
    turn = 1
    step("join", *STEPS[:5])
    step("review", *STEPS[:4])
    while AGAIN in noted["review"].value:
        turn += 1
        step("join", *STEPS[:5], turn=turn)
        step("review", *STEPS[:4], turn=turn)
    step("reply", *STEPS[:5])
    return noted["reply"]
