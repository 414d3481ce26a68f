"""A bottleneck: what is long becomes a short code, and the answer is made from the code alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.chunks import apart, beside, held
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import named
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import checked_model, said
from llmdl_plugins.slots import filled
from llmdl_plugins.tokens import checked_bound

ENCODE = "Write down what matters of the text, so that somebody who never sees it can answer. At most {bound} tokens."
DECODE = "Answer from the code, which holds all that is known."


class EncoderDecoder(Module):
    """x → code of at most so many tokens → y; what decodes never sees x; calls: 2.

        x ─▶ encode ─▶ code ≤ bound ─▶ decode ─▶ y
        question ─┴─────────────────────┘

    Around a block that exists, `Encoded` does the same.

    Args:
        model: any LangChain chat model.
        source: the key of x.
        target: the key of y.
        beside: keys that both are told, such as the question.
        bound: tokens of the code, at four characters each; half of it can be chosen too.
        encode: the instruction of the first call, with the slot `{bound}`; trainable.
        decode: the instruction of the second call; trainable.

    Raises:
        MisuseError: the bound is too small, or one key would be used for two things.

    Source: encoder-decoder (Cho et al., 2014); autoencoders (Hinton and Salakhutdinov, 2006).
    """

    def __init__(
        self,
        model: BaseChatModel,
        source: str,
        target: str,
        beside: Iterable[str] = (),
        bound: int = 200,
        encode: str = ENCODE,
        decode: str = DECODE,
    ) -> None:
        checked_model("EncoderDecoder", model)
        self.model, self.source, self.target, self.beside = model, source, target, named(beside)
        apart("EncoderDecoder", source, target, self.beside)
        self.reads, self.writes = (source, *self.beside), (target,)
        bounds = (checked_bound("EncoderDecoder", bound, 2), bound)
        self.bound = Parameter(bound, kind="choice", options=bounds, role="tokens of the code at most")
        self.encode = Parameter(encode, slots=("bound",), role=f"tells the model what of {source} goes into the code")
        self.decode = Parameter(decode, role=f"tells the model how to make {target} from the code")

    def calls(self, **sizes: int) -> Calls:
        """Two."""
        return Calls(2)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with what was decoded."""
        bound = self.bound.value
        given = beside(state, self.beside, {self.source: state[self.source]})
        code = held(await said(self.model, filled(self.encode.value, bound=str(bound)), given), bound)
        return {self.target: await said(self.model, self.decode.value, beside(state, self.beside, {"code": code}))}
