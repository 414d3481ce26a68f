"""Instructions written by hand with train rows in view: a mark of what an instruction may bring."""

from __future__ import annotations

from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem

ABOUT = {
    "book rating": "give stars or points to a book, a series or an essay",
    "creative work": "find a work by its title: a show, a game, a song, a picture",
    "movie screening": "when and at which cinema films are shown",
    "music": "play a song, an artist or an album now",
    "playlist": "add a song or an artist to a list",
    "restaurant": "reserve a table",
    "weather": "rain, wind, cold or heat at some place and time",
    "age": "how old one has to be, and accounts for children",
    "close": "delete the account",
    "declined": "a card payment was refused",
    "delivery": "when a new card arrives",
    "details": "change an address, a name or a phone number",
    "exchange": "rates between currencies at this bank",
    "lost": "a card is gone or stolen",
    "pin": "the secret number of a card",
    "refund": "get back the money for something bought",
    "topup": "adding money to the account failed",
    "book flight": "find or buy a plane ticket",
    "calories": "how many calories some food has",
    "exchange rate": "what money of one country is worth in another",
    "fraud report": "somebody else used the account",
    "meeting": "which meetings there are, and when",
    "oil change": "when or how a car gets new oil",
    "recipe": "how to cook something",
    "smart home": "lights, locks, fans and other things of the house",
    "to-do list": "what is on the list of things to do",
    "translation": "how to say something in another language",
    "bot question": "whether one talks to a machine",
    "coin flip": "heads or tails",
    "fun fact": "tell something interesting",
    "goodbye": "the talk ends",
    "greeting": "the talk begins",
    "joke": "say something funny",
    "maker": "who built this program",
    "meaning of life": "what we are here for",
    "name": "what this program is called",
    "thanks": "the speaker is grateful",
    "business": "companies, markets, prices, jobs",
    "entertainment": "films, music, television, stars and prizes",
    "politics": "governments, parties, elections, laws",
    "sports": "matches, players, teams, records",
    "tech": "computers, phones, games, the internet",
}


class ByHand(Optimizer):
    """Names the labels and says what each is about, then names them alone."""

    name = "written by hand"

    async def optimize(self, problem: Problem) -> None:
        """Two proposals at the one prompt."""
        ((name, prompt),) = [(n, p) for n, p in problem.parameters.items() if p.kind == "text"]
        labels = sorted({example.expected["label"] for example in problem.train})
        about = "\n".join(f"{label}: {ABOUT[label]}" for label in labels)
        await problem.propose({name: f"{prompt.default}\n{about}\nAnswer with the label alone."}, "labels, described")
        await problem.propose({name: f"{prompt.default} One of: {', '.join(labels)}."}, "labels, named")
