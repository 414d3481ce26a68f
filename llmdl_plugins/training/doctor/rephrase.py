"""Different prompts for the same task: by fixed rules, or by the teacher where there is one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from llmdl_plugins.network import Network
from llmdl_plugins.run.teacher import Teacher

_BEFORE = (
    "You are an expert at this task.",
    "Read everything carefully before you answer.",
    "This is important: a wrong answer costs a lot.",
    "Be strict. When in doubt, take the most literal reading.",
    "Be generous. When in doubt, take what was most likely meant.",
    "Take your time.",
    "# Task",
)
_AFTER = (
    "Think step by step before you answer.",
    "Answer briefly, with what is asked for and nothing else.",
    "Before you answer, list what speaks for each possibility.",
    "If several answers are possible, take the most specific one.",
    "If several answers are possible, take the most common one.",
    "Check your answer once more before you give it.",
    "Do not explain your answer.",
    "Look at the whole input, not only at its beginning.",
)
_STYLES = ("as short as possible", "as a numbered list of steps", "in great detail", "as rules of what not to do")
_ASK = """Rewrite this instruction for a language model {style}. Keep its meaning, and every name in
braces as it is.

<prompt>
{text}
</prompt>

Answer with <prompt>…</prompt> and nothing else."""


def rephrased(network: Network, count: int, seed: int) -> list[dict[str, Any]]:
    """Up to so many candidates, each with every trainable text changed by one rule."""
    texts = {n: p for n, p in network.named_parameters().items() if p.trainable and p.kind == "text"}
    rules = list(_rules())
    random.Random(seed).shuffle(rules)
    made = [{n: rule(str(p.default)) for n, p in texts.items()} for rule in rules]
    return [c for c in made if c and all(texts[n].problem(v) is None for n, v in c.items())][:count]


async def rewritten(network: Network, candidate: dict[str, Any], number: int, teacher: Teacher) -> dict[str, Any]:
    """The candidate with one of its texts as the teacher writes it; as it was where that can't be used."""
    name = list(candidate)[number % len(candidate)]
    asked = _ASK.format(style=_STYLES[number % len(_STYLES)], text=network[name].default)
    said = await teacher.ask(asked, role="proposer", place=f"doctor/{number}")
    found = re.search(r"<prompt>\s*(.*?)\s*</prompt>", said, re.S)
    usable = found and network[name].problem(found[1]) is None
    return {**candidate, name: found[1]} if found and usable else candidate


def _rules() -> Iterator[Callable[[str], str]]:
    yield from (lambda text, line=line: f"{line}\n\n{text}" for line in _BEFORE)
    yield from (lambda text, line=line: f"{text}\n\n{line}" for line in _AFTER)
    yield lambda text: "\n".join(f"- {sentence}" for sentence in _sentences(text))
    yield lambda text: " ".join(reversed(_sentences(text)))
    yield lambda text: f"{text}\n\nTo say it again:\n\n{text}" if "{" not in text else f"{text}\n\nThe same again."
    yield lambda text: f"<instructions>\n{text}\n</instructions>"
    yield lambda text: f"INSTRUCTIONS\n============\n{text}\n\nOUTPUT\n======"


def _sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+", text.strip()) if s]
