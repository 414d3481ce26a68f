"""Roles are told from plain content, and a reply comes in the format that was asked for."""

from __future__ import annotations

import pytest

from llmdl_plugins.testing import Simulator

TICKET = "Ticket T5 kind=k1 n=9"
FAILED = f"Input: {TICKET}\nOutput: 12\nExpected: 55"
OUR_CRITIC = (
    "Give feedback on the prompt of this step. Say what in the prompt led to the wrong output. "
    f"Do not write a new prompt. Answer NONE if the step is not to blame.\nPrompt: {{prompt}}\n{FAILED}"
)
OUR_PROPOSER = (
    "Write an improved prompt. Keep what works.\nCurrent prompt: {prompt}\n"
    f"Feedback: it failed on {TICKET}.\nPut the new prompt between <prompt> and </prompt>."
)
GEPA = (
    "I provided an assistant with the following instructions to perform a task for me:\n```\nAnswer.\n```\n"
    f"The following are examples of task inputs with the response, and some feedback:\n{FAILED}\n"
    "Your task is to write a new instruction for the assistant. Provide the new instructions within ``` blocks."
)
TEXTGRAD_GRADIENT = (
    f"You give feedback to a variable, given an objective. DO NOT propose a new version of the variable.\n{FAILED}"
)
TEXTGRAD_STEP = (
    f"Here is the feedback that we got for the variable: {TICKET} failed.\nSend the improved variable in this format:"
    "\n<IMPROVED_VARIABLE>{the improved variable}</IMPROVED_VARIABLE>"
)
COPRO = (
    "You are an instruction optimizer. Propose an instruction that will lead a good model to perform well.\n"
    "Respond with the fields `[[ ## proposed_instruction ## ]]`, `[[ ## proposed_prefix ## ]]`, "
    "and then `[[ ## completed ## ]]`."
)
PROMPTS = [
    "Answer the ticket.",
    "Write the number. Do not give feedback.",
    "Generate a reply that follows the instructions and improve it once.",
    "Give feedback on the draft, then propose a better prompt for it.",
]


def reply(*texts: str) -> tuple[str, str]:
    roles = ["system", "user"][-len(texts) :]
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
    said = Simulator(seed=1).complete({"messages": messages})
    return said.role, said.texts[0]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_our_critic_is_a_critic_whatever_prompt_it_quotes(prompt: str) -> None:
    assert reply(OUR_CRITIC.format(prompt=prompt))[0] == "critic"
    assert reply("You teach language models.", OUR_CRITIC.format(prompt=prompt))[0] == "critic"


@pytest.mark.parametrize("prompt", PROMPTS)
def test_our_proposer_is_a_proposer_whatever_prompt_it_quotes(prompt: str) -> None:
    assert reply(OUR_PROPOSER.format(prompt=prompt))[0] == "proposer"
    assert reply("You teach language models.", OUR_PROPOSER.format(prompt=prompt))[0] == "proposer"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (TICKET, "task"),
        (f"FMT=TXT {TICKET}", "task"),
        (f"Answer with the number only.\n{TICKET}", "task"),
        (f"Give feedback on the prompt:\nAnswer.\n{FAILED}", "critic"),
        ("Give short, concrete feedback on the prompt. It should produce better prompts.", "critic"),
        ("Write a critique of the prompt.", "critic"),
        ("Write an improved prompt. Current prompt:\nAnswer.\nFeedback:\nIt lacks a rule.", "proposer"),
        ("Rewrite this prompt so that it also covers the feedback.", "proposer"),
        (GEPA, "proposer"),
        (TEXTGRAD_STEP, "proposer"),
        (COPRO, "proposer"),
        (TEXTGRAD_GRADIENT, "critic"),
        (f"Describe these data:\n{TICKET}\n{TICKET}", "other"),
        ("What is this?", "other"),
    ],
)
def test_the_role_is_told_from_the_text(text: str, role: str) -> None:
    assert reply(text)[0] == role


def test_a_prompt_in_the_system_message_does_not_make_a_task_a_teacher() -> None:
    assert reply("Give feedback, then write a better prompt.", TICKET)[0] == "task"


@pytest.mark.parametrize(
    ("request_text", "start", "end"),
    [
        (OUR_PROPOSER.format(prompt="Answer."), "<prompt>", "</prompt>"),
        ("Improve it. Put the new prompt between `<text>` and `</text>`, write nothing else.", "<text>", "</text>"),
        (OUR_PROPOSER.format(prompt="Answer between <a> and </a>."), "<prompt>", "</prompt>"),
        (
            "Write a prompt between <prompt> and </prompt>.\nIt was: 'Improve between <a> and </a>.'",
            "<prompt>",
            "</prompt>",
        ),
        (OUR_PROPOSER.format(prompt="<question>{question}</question>"), "<prompt>", "</prompt>"),
        (OUR_PROPOSER.format(prompt="Respond with `[[ ## answer ## ]]`."), "<prompt>", "</prompt>"),
        (TEXTGRAD_STEP, "<IMPROVED_VARIABLE>", "</IMPROVED_VARIABLE>"),
        (GEPA, "```\n", "\n```"),
        (COPRO, "[[ ## proposed_instruction ## ]]\n", "[[ ## completed ## ]]"),
    ],
)
def test_a_new_prompt_comes_in_the_format_asked_for(request_text: str, start: str, end: str) -> None:
    role, text = reply(request_text)
    assert role == "proposer"
    assert text.startswith(start) and text.endswith(end)
    assert len(text) > len(start + end)


def test_a_task_answers_in_the_fields_and_tags_asked_for() -> None:
    fields = "Respond with `[[ ## reasoning ## ]]`, then `[[ ## answer ## ]]`, and `[[ ## completed ## ]]`."
    number = reply(TICKET)[1]
    assert number.isdigit()
    assert "[[ ## answer ## ]]\n" in reply(f"{TICKET}\n{fields}")[1]
    assert reply(f"{TICKET}\nAnswer between <answer> and </answer>.")[1].startswith("<answer>")
