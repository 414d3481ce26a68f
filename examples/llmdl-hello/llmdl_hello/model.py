"""Chat models by name."""

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult


class HelloChat(BaseChatModel):
    """A chat model that says what it was told, in capitals: put the call of your endpoint in its place.

    Args:
        model: its name.
    """

    model: str

    @property
    def _llm_type(self):
        return "hello"

    @property
    def _identifying_params(self):
        # All that changes answers: it tells one model from another, and finds answers that were paid for.
        return {"model": self.model}

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        said, told = messages[-1].text.upper(), sum(len(message.text) for message in messages) // 4
        made = len(said) // 4
        usage = {"input_tokens": told, "output_tokens": made, "total_tokens": told + made}
        message = AIMessage(said, usage_metadata=usage, response_metadata={"model_name": self.model})
        return ChatResult(generations=[ChatGeneration(message=message)])


def named(name):
    """The model after `hello:`."""
    return HelloChat(model=name)
