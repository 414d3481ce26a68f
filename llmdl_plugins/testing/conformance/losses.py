"""What a loss promises."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

from langchain_core.messages import AIMessage

from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import Loss, Score
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.scripted import ScriptedChat

_TEXTS = ["a refund", "A refund.", "", " ", "no", "0.5", '{"a": 1}', "{", "{x}", "\x00\u2028\U0001f600", "x" * 5000]
_OTHERS: list[Any] = [3, 3.5, True, None, [], ["a refund"], {"a": 1}, AIMessage("a refund")]


def _grader() -> ScriptedChat:
    return ScriptedChat(script=lambda messages, kwargs: "Grade: 7\nIt is nearly right.")


class LossCases(Case):
    """Write `made` where it needs other arguments."""

    kind = "losses"
    expected: Any = "a refund"

    def made(self) -> Loss:
        """The loss, with a scripted model where it needs one."""
        target = self.target
        return target(_grader()) if getattr(target, "needs_model", False) else target()  # type: ignore[no-any-return]

    def example(self) -> Example:
        """A row with the answer that is expected."""
        return load([{"inputs": {"question": "What do I get?"}, "expected": {"answer": self.expected}}])[0]

    def test_it_is_a_loss(self) -> None:
        """It has what a run relies on."""
        made = self.made()
        assert isinstance(made, Loss), f"it is a {type(made).__name__}: subclass llmdl_plugins.Loss"

    def test_its_fingerprint_is_that_of_its_settings(self) -> None:
        """Two that are made alike are one: a run that goes on finds its scores again."""
        assert self.made().fingerprint == self.made().fingerprint, "its attributes differ each time that it is made"

    def test_every_output_has_a_score(self) -> None:
        """Whatever an application gives, there is a number from 0 to 1, and words: a loss that raises ends the run."""
        for given in [*_TEXTS, *_OTHERS]:
            score = self.score(given)
            assert isinstance(score, Score), f"for {given!r} it gave a {type(score).__name__}, not a Score"
            assert 0 <= score.value <= 1, f"for {given!r} it gave {score.value!r}, no number from 0 to 1"
            assert isinstance(score.words, str), f"for {given!r} its words are a {type(score.words).__name__}"

    def test_it_says_the_same_twice(self) -> None:
        """The same output has the same score, from this loss and from another that is made alike."""
        loss = self.made()
        for given in _TEXTS:
            first, again, other = self.score(given, loss), self.score(given, loss), self.score(given)
            assert first == again == other, f"for {given!r} it gave {first}, then {again}, and made anew {other}"

    def test_it_changes_nothing_that_it_is_shown(self) -> None:
        """The output and the row are as they were."""
        prediction, row = {"answer": ["a", "refund"], "steps": [1]}, self.example()
        before = deepcopy((prediction, row))
        sync.run(self.made()(prediction, row))
        assert (prediction, row) == before, "it changed the output or the row that it was given"

    def test_many_at_once_give_what_each_gives_alone(self) -> None:
        """It scores many outputs at once, and none sees another."""
        loss = self.made()

        async def together() -> list[Score]:
            return await asyncio.gather(*(loss({"answer": given}, self.example()) for given in _TEXTS))

        alone = [self.score(given) for given in _TEXTS]
        assert sync.run(together()) == alone, "at once it gives other scores: keep nothing on `self`"

    def score(self, given: Any, loss: Loss | None = None) -> Score:
        """The score of one answer."""
        return sync.run((loss or self.made())({"answer": given}, self.example()))
