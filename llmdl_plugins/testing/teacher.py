"""What a simulated critic and a simulated proposer say; both name sentences that the prompt lacks."""

from __future__ import annotations

import re

from llmdl_plugins.testing.draws import Draw
from llmdl_plugins.testing.world import TICKET, World

SENTENCE = re.compile(r"for (?:kind k\d+|every kind): [a-z0-9 ]{3,60}\.|use format zx7\.", re.I)
OPENINGS = (
    "Answer the ticket.",
    "Read the ticket and reply with the number only.",
    "You solve tickets with care.",
    "Give the final number for the ticket.",
    "Work out the ticket and answer.",
    "Be exact with each ticket.",
)
USELESS = "The reply could be clearer and more careful; think step by step and double-check the result."


def criticise(world: World, text: str, draw: Draw) -> str:
    """Feedback on a prompt and the tickets shown with it."""
    named = _named(world, text, draw)
    return " ".join(["The answer was wrong because the prompt lacks this:", *named]) if named else USELESS


def propose(world: World, text: str, draw: Draw) -> str:
    """A new prompt: an opening, the sentences that were shown, and some that were missing."""
    shown = {match[0].lower(): match[0] for match in SENTENCE.finditer(text)}
    kept = [sentence for sentence in shown.values() if not draw.chance(world.settings.forget)]
    kept += _named(world, text, draw)
    if not TICKET.search(text) and draw.chance(world.settings.blind):
        kept.append(world.guess(draw))
    return " ".join([OPENINGS[draw.below(len(OPENINGS))], *kept])


def _named(world: World, text: str, draw: Draw) -> list[str]:
    missing = _missing(world, text, draw)
    return [sentence for sentence in missing if draw.chance(world.settings.p)][: world.settings.insight]


def _missing(world: World, text: str, draw: Draw) -> list[str]:
    """Sentences that an expert would add for the tickets shown, and that the text does not hold."""
    kinds = dict.fromkeys(item.kind for item in world.read(text))
    wanted = dict.fromkeys(world.suggestion(kind, draw) for kind in kinds)
    return [sentence for sentence in wanted if sentence.lower() not in text.lower()]
