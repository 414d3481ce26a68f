"""The cheap block first; the dearer one only where the cheap answer is not trusted."""

from .texts import first_number, text_of


def cascade(stages, judge, threshold):
    """The first stage whose answer the judge trusts, or the last."""

    async def run(state):
        for stage in stages[:-1]:
            update = await stage(state)
            if not threshold or await trust(state, update) >= threshold:
                return update
        return await stages[-1](state)

    async def trust(state, update):
        return first_number(text_of(await judge({**state, "draft": text_of(update)})))

    return run
