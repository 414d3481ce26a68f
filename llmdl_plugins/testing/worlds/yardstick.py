"""The loop that learns nothing: whatever a critic says is added.  A world that it solves proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any

from llmdl_plugins.testing.simulator import Simulator
from llmdl_plugins.testing.world import USELESS
from llmdl_plugins.testing.worlds.blame import AGAIN, STEPS

Say = Callable[[str, str], str]
Shown = tuple[str, str]

_ASK = """Give feedback on the prompt:
{prompt}
It was shown: {shown}
It gave: {gave}
The right result of the task is {gold}."""


def append_all(simulator: Simulator, calls: int, rows: int = 80) -> list[tuple[int, list[str]]]:
    """The prompts after each row, with the number of calls made by then.

    Args:
        simulator: any of its worlds.
        calls: no row is begun after so many.
        rows: train rows, gone through in order and again.
    """
    prompts = list(simulator.start)
    found = [(simulator.counts["calls"], list(prompts))]
    for row in cycle(simulator.dataset("train", rows)):
        if simulator.counts["calls"] >= calls:
            return found
        for number, said in enumerate(_criticised(simulator, prompts, row)):
            if said not in prompts[number] and said not in (USELESS, "NONE"):
                prompts[number] += f"\n{said}"
        found.append((simulator.counts["calls"], list(prompts)))
    raise AssertionError("rows go round for ever")


def walked(simulator: Simulator, prompts: Sequence[str], question: str, say: Say) -> list[Shown]:
    """One ticket through the nodes of a world: what each was shown last, and what it gave.

    Args:
        say: asks the model with a system prompt and a message.
    """
    if simulator.settings.skill == "blame":
        return _six_steps(prompts, question, say)
    shown: list[Shown] = []
    for prompt in prompts:
        question = shown[-1][1] if shown else question
        shown.append((question, say(prompt, question)))
    return shown


def say_to(simulator: Simulator) -> Say:
    """Asks a simulator without a chat model in between."""

    def say(prompt: str, message: str) -> str:
        rows = [{"role": "system", "content": prompt}] if prompt else []
        return simulator.complete({"model": "mock", "messages": [*rows, {"role": "user", "content": message}]}).texts[0]

    return say


def _criticised(simulator: Simulator, prompts: Sequence[str], row: dict[str, Any]) -> Iterator[str]:
    say = say_to(simulator)
    steps = walked(simulator, prompts, row["inputs"]["question"], say)
    if steps[-1][1] == row["expected"]:
        return
    for prompt, (shown, gave) in zip(prompts, steps, strict=True):
        yield say("", _ASK.format(prompt=prompt, shown=shown, gave=gave, gold=row["expected"]))


def _six_steps(prompts: Sequence[str], question: str, say: Say) -> list[Shown]:
    asked = dict(zip(STEPS, prompts, strict=True))
    shown: dict[str, Shown] = {}
    noted: dict[str, str] = {}

    def step(name: str, *seen: str, turn: int = 1) -> None:
        words = " ".join(f"{one}={noted[one]}" for one in seen if one in noted)
        at = f"At step {name}" + (f", round {turn}" if turn > 1 else "")
        message = f"{at}: {question} {words}".strip()
        shown[name] = (message, say(asked[name], message))
        noted[name] = shown[name][1].split()[0]

    step("read")
    step("north", "read")
    step("south", "read")
    turn = 1
    while True:
        step("join", *STEPS[:5], turn=turn)
        step("review", *STEPS[:4], turn=turn)
        if AGAIN not in shown["review"][1]:
            break
        turn += 1
    step("reply", *STEPS[:5])
    return list(shown.values())
