"""How probable each of several choices is."""

from __future__ import annotations

import asyncio
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage

from llmdl_plugins.binding import using
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import at_least, named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import asking, checked_model, told

INSTRUCTION = "Which of these is it?"
TOP = 20  # alternatives of a token that providers list at most
STRENGTHS = {"none": 0.0, "half": 0.5, "full": 1.0}


class Score(Module):
    """state[source] → state[target], the most probable choice, and how probable each is; calls: 1, or the draws.

        question ─▶ model: "A", "B" or "C"? ─▶ log-probabilities, or draws ─▶ ÷ prior ─▶ {"billing": 0.8, …}

    Where the model tells the log-probabilities of its tokens, one answer has all that is needed; where it does not,
    the answer is drawn several times and counted, as independently as the model draws.

    Args:
        model: any LangChain chat model.
        choices: the texts to choose from, 26 at most.
        source: the keys that are told.
        target: the key of the most probable choice.
        probabilities: the key of choice → probability.
        instruction: what is asked of the choices, which are listed below it; trainable.
        by: "draws" does not ask for log-probabilities, for models that refuse the question.
        draws: how often it is drawn where they are not told.
        prior: choice → how probable it is before anything is read, as `prior_over` measures it on rows that are not
            tested; without it there is nothing to calibrate by.

    Raises:
        MisuseError: the choices are too few, too many or not different, or the prior lacks one of them.

    Source: calibrate before use (Zhao et al., 2021); batch calibration (Zhou et al., 2024).
    """

    def __init__(
        self,
        model: BaseChatModel,
        choices: Sequence[str],
        source: str | Iterable[str],
        target: str,
        probabilities: str = "probabilities",
        instruction: str = INSTRUCTION,
        by: Literal["logprobs", "draws"] = "logprobs",
        draws: int = 5,
        prior: Mapping[str, float] | None = None,
    ) -> None:
        checked_model("Score", model)
        self.model, self.letters = model, dict(zip(ascii_uppercase, _checked(choices, prior), strict=False))
        self.source, self.target, self.probabilities, self.by, self.prior = (
            named(source),
            target,
            probabilities,
            by,
            prior,
        )
        self.draws = at_least("Score", "draws", draws, 1, "nothing is counted otherwise")
        self.reads, self.writes = self.source, (target, probabilities)
        self.instruction = Parameter(instruction, role=f"asks which of {', '.join(choices)} it is")
        strength = "none" if prior is None else "full"
        self.calibration = Parameter(
            strength, kind="choice", options=(*STRENGTHS,), role="how far the prior is taken out"
        )
        if prior is None:
            self.calibration.freeze("no prior is given that could be taken out")

    def calls(self, **sizes: int) -> Calls:
        """One where the model tells log-probabilities, else as many as are drawn."""
        return Calls(self.draws) if self.by == "draws" else Calls(1, self.draws)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the most probable choice, and the probabilities of all."""
        listed = "\n".join(f"{letter}. {choice}" for letter, choice in self.letters.items())
        instruction = f"{self.instruction.value}\n\n{listed}\n\nAnswer with the letter alone."
        raw = await self._raw(asking(instruction, told(state, self.source)))
        found = calibrated(raw, self.prior or {}, STRENGTHS[self.calibration.value])
        return {self.target: max(found, key=found.__getitem__), self.probabilities: found}

    async def prior_over(self, states: Iterable[State]) -> dict[str, float]:
        """How probable each choice is on the average of these states: what `prior` takes."""
        with using({self.calibration: "none"}):
            each = [update[self.probabilities] for update in await asyncio.gather(*map(self.ainvoke, states))]
        if not each:
            raise MisuseError("A prior is an average: give one state at least.")
        return {choice: sum(one[choice] for one in each) / len(each) for choice in self.letters.values()}

    async def _raw(self, messages: list[BaseMessage]) -> dict[str, float]:
        answers: list[AIMessage] = []
        if self.by == "logprobs":
            answers = [await self.model.ainvoke(messages, logprobs=True, top_logprobs=TOP)]
            if told := from_logprobs(answers[0], self.letters):
                return told
        more = [self.model.ainvoke(messages) for _ in range(self.draws - len(answers))]
        return from_draws([answer.text for answer in [*answers, *await asyncio.gather(*more)]], self.letters)


def from_logprobs(answer: AIMessage, letters: Mapping[str, str]) -> dict[str, float] | None:
    """The probabilities of the first token that is a letter; None where the model told none."""
    listed = (answer.response_metadata.get("logprobs") or {}).get("content") or []
    token = next((one for one in listed if _letter(one["token"]) in letters), None)
    if not token or not token.get("top_logprobs"):
        return None
    mass: dict[str, float] = defaultdict(float)
    for one in token["top_logprobs"]:
        mass[_letter(one["token"])] += math.exp(one["logprob"])
    least = min(mass.values())  # what is not listed is at most as probable as what is
    return _normalised({choice: mass.get(letter) or least for letter, choice in letters.items()})


def from_draws(said: Sequence[str], letters: Mapping[str, str]) -> dict[str, float]:
    """The share of answers that name a choice, half an answer added to each (Krichevsky and Trofimov, 1981).

    >>> from_draws(["A", "a.", "**B**", "who knows"], {"A": "yes", "B": "no"})
    {'yes': 0.625, 'no': 0.375}
    """
    counts = Counter(_choice(text, letters) for text in said)
    return _normalised({choice: counts[choice] + 0.5 for choice in letters.values()})


def calibrated(raw: Mapping[str, float], prior: Mapping[str, float], strength: float) -> dict[str, float]:
    """Probabilities with the prior taken out.

    >>> calibrated({"yes": 0.8, "no": 0.2}, {"yes": 0.8, "no": 0.2}, 1.0)
    {'yes': 0.5, 'no': 0.5}
    """
    return _normalised({choice: p / prior.get(choice, 1.0) ** strength for choice, p in raw.items()})


def _choice(text: str, letters: Mapping[str, str]) -> str | None:
    if (found := re.match(r"\W*([A-Za-z])(\W*$|[.:)*])", text)) and found[1].upper() in letters:
        return letters[found[1].upper()]
    return next((c for c in letters.values() if re.search(rf"(?i)(?<!\w){re.escape(c)}(?!\w)", text)), None)


def _letter(token: str) -> str:
    return token.strip(" .:()*\"'\n").upper()


def _normalised(mass: Mapping[str, float]) -> dict[str, float]:
    return {choice: value / sum(mass.values()) for choice, value in mass.items()}


def _checked(choices: Sequence[str], prior: Mapping[str, float] | None) -> Sequence[str]:
    if isinstance(choices, str) or not 2 <= len(set(choices)) == len(choices) <= len(ascii_uppercase):
        raise MisuseError(f"Score needs 2 to {len(ascii_uppercase)} different choices, got {choices!r}.")
    if prior is not None and (lacks := [choice for choice in choices if not prior.get(choice, 0) > 0]):
        raise MisuseError(f"The prior of Score needs a number above 0 for every choice; it lacks {lacks}.")
    return choices
