"""An agent whose nodes call three SDKs by themselves."""

import os
from typing import TypedDict

from langgraph.graph import END, START, StateGraph

ADDRESS = os.environ["PROVIDER"]
WRITER = "You are a writer. Write one line about the topic that you are given, and nothing else."
REVIEW = "Review this line for the magazine: {line}. Say what you would change about it."


class State(TypedDict, total=False):
    topic: str
    line: str
    review: str
    verdict: str


def write(state: State) -> State:
    import openai

    with openai.OpenAI(base_url=f"{ADDRESS}/v1", api_key="k", max_retries=0) as client:
        messages = [{"role": "system", "content": WRITER}, {"role": "user", "content": state["topic"]}]
        said = client.chat.completions.create(model="m", messages=messages)
    return {"line": said.choices[0].message.content}


def review(state: State) -> State:
    from google import genai

    with genai.Client(api_key="k", http_options={"base_url": ADDRESS}) as client:
        said = client.models.generate_content(model="m", contents=REVIEW.format(line=state["line"]))
    return {"review": said.text}


async def judge(state: State) -> State:
    import anthropic

    prompt = "You are the judge of a poetry prize. Give a verdict on the line and on its review."
    async with anthropic.AsyncAnthropic(base_url=ADDRESS, api_key="k", max_retries=0) as client:
        asked = [{"role": "user", "content": state["line"] + state["review"]}]
        async with client.messages.stream(model="m", max_tokens=9, system=prompt, messages=asked) as stream:
            said = "".join([text async for text in stream.text_stream])
    return {"verdict": said}


builder = StateGraph(State)
builder.add_node("write", write)
builder.add_node("review", review)
builder.add_node("judge", judge)
builder.add_edge(START, "write")
builder.add_edge("write", "review")
builder.add_edge("review", "judge")
builder.add_edge("judge", END)
graph = builder.compile()
