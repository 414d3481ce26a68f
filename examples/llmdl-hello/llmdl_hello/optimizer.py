"""Leaves out sentences that earn nothing."""

from llmdl_plugins import Optimizer


class Shorten(Optimizer):
    """Proposes each text without one of its sentences; as good and shorter is better."""

    name = "hello-shorten"

    async def optimize(self, problem):
        for name, parameter in problem.parameters.items():
            if parameter.kind == "text":
                await self.shorten(problem, name, parameter)

    async def shorten(self, problem, name, parameter):
        """One proposal for each sentence of a text."""
        for sentence in problem.value(name).split(". ")[1:]:
            text = problem.value(name).replace(sentence, "").replace(". . ", ". ").strip()
            # What a parameter can't take, such as a text without its slot, is not worth a proposal.
            if parameter.problem(text) is None:
                await problem.propose({name: text}, f"{name} without {sentence!r}")
