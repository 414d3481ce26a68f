"""Every public way to ask through an SDK is bound, paid once, recorded, and given again as the SDK's own object."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types
from langchain_core.messages import BaseMessage
from pydantic import BaseModel

from llmdl_plugins import tape

OLD = "Answer in one word."
MESSAGES: Any = [{"role": "system", "content": OLD}, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
ASKED: Any = [{"role": "user", "content": "Hi"}]
DEVELOPER: Any = [{"role": "developer", "content": OLD}, {"role": "user", "content": "Hi"}]
SYSTEM: Any = [{"type": "text", "text": OLD}]
CLAUDE: Any = {"model": "m", "max_tokens": 9, "system": OLD, "messages": ASKED}
GEMINI: Any = {"model": "m", "contents": "Hi", "config": {"system_instruction": OLD}}
GIVEN = [MESSAGES, DEVELOPER, SYSTEM, CLAUDE, GEMINI]
KEYS = {"api_key": "k", "max_retries": 0}


class Told(BaseModel):
    """What a structured answer holds."""

    answer: str


def address() -> str:
    return os.environ["PROVIDER"]


def gpt(**settings: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address()}/v1", **{**KEYS, **settings})


def agpt(**settings: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{address()}/v1", **{**KEYS, **settings})


def claude(**settings: Any) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=address(), **{**KEYS, **settings})


def aclaude(**settings: Any) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=address(), **{**KEYS, **settings})


def gem(**settings: Any) -> genai.Client:
    return genai.Client(api_key="k", http_options=types.HttpOptions(base_url=address(), **settings))


def pieces(stream: Any) -> list[Any]:
    return [dumped(piece) for piece in stream]


async def apieces(stream: Any) -> list[Any]:
    return [dumped(piece) async for piece in stream]


def dumped(said: Any) -> Any:
    # google.genai puts the headers of the moment into its answer.
    return type(said).__name__, said.model_dump(exclude={"sdk_http_response"}, warnings=False)


def through(client: Any, ask: Callable[[Any], Any]) -> Any:
    with client:
        return ask(client)


def chat_stream(client: Any) -> Any:
    with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        return [event.type for event in stream], dumped(stream.get_final_completion())


def responses_stream(client: Any) -> Any:
    with client.responses.stream(model="m", instructions=OLD, input="Hi") as stream:
        return [event.type for event in stream], dumped(stream.get_final_response())


def chat_raw(client: Any) -> Any:
    raw = client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)
    return raw.headers["x-request-id"], dumped(raw.parse())


def chat_lines(client: Any) -> Any:
    asked = client.chat.completions.with_streaming_response
    with asked.create(model="m", messages=MESSAGES, stream=True) as response:
        return [line for line in response.iter_lines() if line]


def chat_body(client: Any) -> Any:
    with client.chat.completions.with_streaming_response.create(model="m", messages=MESSAGES) as response:
        return response.read()


def claude_stream(client: Any) -> Any:
    with client.messages.stream(**CLAUDE) as stream:
        return list(stream.text_stream), dumped(stream.get_final_message())


async def achat() -> Any:
    async with agpt() as client:
        return dumped(await client.chat.completions.create(model="m", messages=MESSAGES))


async def achat_pieces() -> Any:
    async with agpt() as client:
        return await apieces(await client.chat.completions.create(model="m", messages=MESSAGES, stream=True))


async def achat_parse() -> Any:
    async with agpt() as client:
        return dumped(await client.chat.completions.parse(model="m", messages=MESSAGES, response_format=Told))


async def aresponse() -> Any:
    async with agpt() as client:
        return dumped(await client.responses.create(model="m", instructions=OLD, input=ASKED))


async def aresponse_pieces() -> Any:
    async with agpt() as client:
        return await apieces(await client.responses.create(model="m", instructions=OLD, input="Hi", stream=True))


async def aclaude_create() -> Any:
    async with aclaude() as client:
        return dumped(await client.messages.create(**CLAUDE))


async def aclaude_stream() -> Any:
    async with aclaude() as client, client.messages.stream(**CLAUDE) as stream:
        return [text async for text in stream.text_stream], dumped(await stream.get_final_message())


async def agem() -> Any:
    config = types.GenerateContentConfig(system_instruction=OLD, temperature=0.5)
    async with gem().aio as client:
        return dumped(await client.models.generate_content(model="m", contents=["Hi"], config=config))


async def agem_stream() -> Any:
    async with gem().aio as client:
        return await apieces(await client.models.generate_content_stream(**GEMINI))


OPENAI: dict[str, Callable[[Any], Any]] = {
    "chat": lambda c: dumped(c.chat.completions.create(model="m", messages=MESSAGES)),
    "chat pieces": lambda c: pieces(c.chat.completions.create(model="m", messages=MESSAGES, stream=True)),
    "chat parse": lambda c: dumped(c.chat.completions.parse(model="m", messages=MESSAGES, response_format=Told)),
    "chat stream": chat_stream,
    "chat raw": chat_raw,
    "chat lines": chat_lines,
    "chat body": chat_body,
    "response": lambda c: dumped(c.responses.create(model="m", instructions=OLD, input="Hi")),
    "response pieces": lambda c: pieces(c.responses.create(model="m", instructions=OLD, input=ASKED, stream=True)),
    "response parse": lambda c: dumped(c.responses.parse(model="m", input=DEVELOPER, text_format=Told)),
    "response stream": responses_stream,
}
ANTHROPIC: dict[str, Callable[[Any], Any]] = {
    "claude": lambda c: dumped(c.messages.create(**CLAUDE)),
    "claude pieces": lambda c: pieces(c.messages.create(**{**CLAUDE, "system": SYSTEM}, stream=True)),
    "claude parse": lambda c: dumped(c.messages.parse(**CLAUDE, output_format=Told)),
    "claude stream": claude_stream,
}
GENAI: dict[str, Callable[[Any], Any]] = {
    "gemini": lambda c: dumped(c.models.generate_content(**GEMINI)),
    "gemini chat": lambda c: dumped(c.chats.create(model="m", config=GEMINI["config"]).send_message("Hi")),
    "gemini stream": lambda c: pieces(c.models.generate_content_stream(**GEMINI)),
}
ASYNC: dict[str, Callable[[], Any]] = {
    "async chat": achat,
    "async chat pieces": achat_pieces,
    "async chat parse": achat_parse,
    "async response": aresponse,
    "async response pieces": aresponse_pieces,
    "async claude": aclaude_create,
    "async claude stream": aclaude_stream,
    "async gemini": agem,
    "async gemini stream": agem_stream,
}
FACES: dict[str, Callable[[], Any]] = {
    **{name: (lambda ask=ask: through(gpt(), ask)) for name, ask in OPENAI.items()},
    **{name: (lambda ask=ask: through(claude(), ask)) for name, ask in ANTHROPIC.items()},
    **{name: (lambda ask=ask: through(gem(), ask)) for name, ask in GENAI.items()},
    **{name: (lambda ask=ask: asyncio.run(ask())) for name, ask in ASYNC.items()},
}


def shorter(messages: Any) -> list[BaseMessage]:
    return [m.model_copy(update={"content": _new(m.content)}) for m in messages]


def _new(content: Any) -> Any:
    if isinstance(content, str):
        return content.replace(OLD, "Be brief.")
    return [{**block, "text": block["text"].replace(OLD, "Be brief.")} for block in content]


@pytest.mark.parametrize("face", FACES)
def test_it_is_paid_once_and_given_again_as_it_was(run: Any, provider: Any, face: str) -> None:
    outside = FACES[face]()
    provider.reset()
    with run.rollout() as paid:
        first = FACES[face]()
    assert first == outside and len(paid) == 1
    with run.rollout() as replayed:
        second = FACES[face]()
    assert first == second
    assert len(provider.received) == 1 and run.calls == (1, 1)
    assert [r.key for r in paid] == [r.key for r in replayed] and run.meter.in_flight == 0


@pytest.mark.parametrize("face", FACES)
def test_the_candidates_text_reaches_the_server_and_the_tape(run: Any, provider: Any, face: str) -> None:
    told = repr(GIVEN)
    for _ in range(2):
        with run.rollout(rewrite=shorter), tape.recording() as recorded, tape.step("node", {}):
            said = FACES[face]()
        (call,) = recorded.steps[0].calls
        assert [m["type"] for m in call.messages] == ["system", "human"]  # type: ignore[index, union-attr, call-overload]
        assert "Be brief." in str(call.messages) and OLD not in str(call.messages)
        assert "Be brief. | Hi" in call.answer["content"]  # type: ignore[index, operator, call-overload]
    (sent,) = provider.received
    assert "Be brief." in str(sent) and OLD not in str(sent) and "Be" in str(said)
    assert repr(GIVEN) == told


@pytest.mark.parametrize(
    "face", [f for f in FACES if "chat pieces" not in f and f not in ("chat stream", "chat lines")]
)
def test_its_tokens_are_counted(run: Any, provider: Any, face: str) -> None:
    with run.rollout(), tape.recording() as recorded:
        FACES[face]()
    assert recorded.strays[0].usage == {"input": 7, "output": 5}
    assert run.meter.spent.tokens == 12 and run.ledger.totals()["tokens"] == 12


def test_a_stream_that_says_no_tokens_is_counted_as_one_that_does_not_say(run: Any, provider: Any) -> None:
    with run.rollout():
        FACES["chat pieces"]()
    assert run.meter.spent.untold == 1


def chat_history(client: Any) -> Any:
    first = client.chat.completions.create(model="m", messages=ASKED).choices[0].message
    messages = [*ASKED, first, {"role": "user", "content": "And?"}]
    return dumped(client.chat.completions.create(model="m", messages=messages))


def response_history(client: Any) -> Any:
    first = client.responses.create(model="m", input=ASKED).output
    return dumped(client.responses.create(model="m", input=[*ASKED, *first, {"role": "user", "content": "And?"}]))


def claude_history(client: Any) -> Any:
    first = client.messages.create(**CLAUDE).content
    messages = [*ASKED, {"role": "assistant", "content": first}, {"role": "user", "content": "And?"}]
    return dumped(client.messages.create(**{**CLAUDE, "messages": messages}))


def gem_history(client: Any) -> Any:
    chat = client.chats.create(model="m")
    chat.send_message("Hi")
    return dumped(chat.send_message("And?"))


@pytest.mark.parametrize(
    ("client", "ask"),
    [(gpt, chat_history), (gpt, response_history), (claude, claude_history), (gem, gem_history)],
)
def test_answers_may_go_back_into_the_next_question(run: Any, provider: Any, client: Any, ask: Any) -> None:
    said = []
    for _ in range(2):
        with run.rollout(), tape.recording() as recorded:
            said.append(through(client(), ask))
    assert said[0] == said[1] and run.calls == (2, 2) and len(provider.received) == 2
    assert [m["type"] for m in recorded.strays[1].messages][-3:] == ["human", "ai", "human"]  # type: ignore[index, union-attr, call-overload]
