"""A memory of named slots that a long text writes, keeps or erases, chunk by chunk."""

import re

from .chunks import chunks, held, told_beside
from .prompt import said


def gated(model, slots, source, target, bound, width, gate, write, beside=()):
    """The slots after the last chunk; each holds so many tokens."""

    async def run(state):
        memory = {slot: str((state.get(target) or {}).get(slot, "")) for slot in slots}
        for chunk in chunks(state[source], width):
            memory = await after(state, memory, chunk)
        return {target: memory}

    async def after(state, memory, chunk):
        shown = "\n".join(f"{slot}: {text or '(empty)'}" for slot, text in memory.items())
        given = {"memory": shown, "chunk": chunk}
        gates = gates_in(await said(model, gate, told_beside(state, beside, given)), slots)
        kept = {slot: "" if gates[slot] == "erase" else text for slot, text in memory.items()}
        if not (asked := [slot for slot in memory if gates[slot] == "write"]):
            return kept
        given["slots to write"] = ", ".join(asked)
        answer = await said(model, write, told_beside(state, beside, given))
        return kept | {slot: held(text, bound) for slot, text in texts_in(answer, asked).items()}

    return run


def gates_in(text, slots):
    """What a text says of each slot; what it does not name is kept."""
    found = {slot: re.search(rf"(?im)^\W*{re.escape(slot)}\W+(keep|write|erase)\b", text) for slot in slots}
    return {slot: one[1].lower() if one else "keep" for slot, one in found.items()}


def texts_in(text, slots):
    """What a text says after the name of each slot; of a single slot all of it, where it is not named."""
    names = "|".join(re.escape(slot) for slot in sorted(slots, key=len, reverse=True))
    parts = re.split(rf"(?im)^\W*({names})\W*:\W*?[ \t]*", text)
    by_name = {slot.casefold(): slot for slot in slots}
    found = {by_name[name.casefold()]: one.strip() for name, one in zip(parts[1::2], parts[2::2], strict=True)}
    return found or ({slots[0]: text.strip()} if len(slots) == 1 else {})
