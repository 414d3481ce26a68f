"""One choice after the other."""

import random

from llmdl_plugins import Optimizer


class Choices(Optimizer):
    """Tries every option of one choice after the other, in an order that the seed draws; keeps what helps."""

    name = "hello-choices"

    async def optimize(self, problem):
        choices = {name: p for name, p in problem.parameters.items() if p.kind == "choice"}
        seen = [{name: problem.value(name) for name in choices}]
        for name in random.Random(problem.seed).sample(sorted(choices), len(choices)):
            for option in choices[name].options:
                whole = {other: problem.value(other) for other in choices} | {name: option}
                # What was tried once is known: a second time would only cost.
                if whole not in seen:
                    seen.append(whole)
                    await problem.propose({name: option}, f"{name} = {option}")
