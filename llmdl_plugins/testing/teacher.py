"""What a simulated critic and a simulated proposer say; both name sentences that the prompt lacks."""

from __future__ import annotations

from llmdl_plugins.testing.draws import Draw
from llmdl_plugins.testing.world import TICKET, World

OPENINGS = (
    "Answer the ticket.",
    "Read the ticket and reply with the number only.",
    "You solve tickets with care.",
    "Give the final number for the ticket.",
    "Work out the ticket and answer.",
    "Be exact with each ticket.",
)


def criticise(world: World, text: str, draw: Draw) -> str:
    """Feedback on a prompt and the tickets shown with it."""
    named = _named(world, text, draw)
    return " ".join(["The answer was wrong because the prompt lacks this:", *named]) if named else world.nothing(text)


def propose(world: World, text: str, draw: Draw) -> str:
    """A new prompt: an opening, the sentences that were shown, and some that were missing."""
    kept = [*world.kept(text, draw), *_named(world, text, draw)]
    if not TICKET.search(text) and draw.chance(world.settings.blind):
        kept.append(world.guess(draw))
    return " ".join([OPENINGS[draw.below(len(OPENINGS))], *kept])


def _named(world: World, text: str, draw: Draw) -> list[str]:
    missing = _missing(world, text, draw)
    return [sentence for sentence in missing if draw.chance(world.settings.p)][: world.settings.insight]


def _missing(world: World, text: str, draw: Draw) -> list[str]:
    """Sentences that an expert would add for the tickets shown, and that the text does not hold."""
    wanted = dict.fromkeys(world.suggestions(text, draw))
    return [sentence for sentence in wanted if sentence.lower() not in text.lower()]
