"""Applications of a framework as networks.  `Bot` stands for a class of yours: put it in its place."""

from llmdl_plugins import Network, Parameter


class Bot:
    """An application: a model and what it is told."""

    def __init__(self, model, instruction):
        self.model, self.instruction = model, instruction

    def invoke(self, inputs):
        """The answer to a question."""
        return {"answer": self.model.invoke(messages(self.instruction, inputs)).text}


class BotNetwork(Network):
    """A bot whose instruction is trained; the bot itself stays as it is."""

    def __init__(self, bot):
        self.bot = bot
        self.instruction = Parameter(bot.instruction, role="tells the model what to do")
        super().__init__("bot", {"instruction": self.instruction})

    async def forward(self, inputs, config=None):
        reply = await self.bot.model.ainvoke(messages(self.instruction.value, inputs))
        return {"answer": reply.text}


def messages(instruction, inputs):
    """What the model is sent."""
    return [("system", instruction), ("user", inputs["question"])]


def adapt(obj, probes=()):
    """A network, or None for what is no bot: other adapters are asked then."""
    return BotNetwork(obj) if isinstance(obj, Bot) else None
