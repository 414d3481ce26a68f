"""An answer is criticised and given again."""

from .slots import filled
from .texts import asked, asking, text_of


def refine(inner, critic, source, rounds, again, target=None):
    """The answer with which the critic finds nothing wrong, or the last."""

    async def run(state):
        update = await inner(state)
        for _ in range(rounds):
            draft = text_of(update, target)
            critique = text_of(await critic({**state, "draft": draft}))
            if critique.strip(" .!\"'`*\n").casefold() in ("", "none", "ok", "nothing"):
                break
            request = f"{asked(state, source)}\n\n{filled(again, draft=draft, critique=critique)}"
            update = await inner(asking(state, source, request))
        return update

    return run
