"""What a teacher proposes is checked before it costs anything."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import pytest

from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.containers import Sequential
from llmdl_plugins.data import Example
from llmdl_plugins.errors import ParameterError, UnknownNameError
from llmdl_plugins.optimizers.advice import Teaching
from llmdl_plugins.optimizers.arms import given
from llmdl_plugins.optimizers.company import spoiled
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.parts import in_vain
from llmdl_plugins.optimizers.proposed import written
from llmdl_plugins.optimizers.standing import Clash
from llmdl_plugins.optimizers.step import Step
from llmdl_plugins.optimizers.textual_gradient import TextualGradient, spread
from llmdl_plugins.optimizers.trials import Batch, Cut, Trial
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.feedback import FailureMode, Feedback
from llmdl_plugins.run.lint import copied
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing import ScriptedChat

ROWS = [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(60)]

SHORTCUT, APPLES, PEARS = "Fruit is sweet.", "Apples are red.", "Pears are heavy."


def fit(proposal: str, critic: str = "Say yes.", **how: Any) -> tuple[Any, ScriptedChat, list[str]]:
    """A run whose application says yes only where its prompt says so, and whose teacher always says the same."""
    model = ScriptedChat(script=lambda messages, kwargs: "yes" if "say yes" in str(messages[0].content) else "no")
    teacher = ScriptedChat(
        script=lambda messages, kwargs: proposal if "Write an improved prompt" in str(messages) else critic
    )
    net, heard = trainable(Prompt(model, how.pop("prompt", "Answer."), "question", "answer")), list[str]()
    if slots := how.pop("slots", None):
        net["instruction"].slots = slots
    given = {
        "teacher": teacher,
        "budget": "800 calls",
        "watcher": lambda e: heard.append(getattr(e, "text", "")),
        **how,
    }
    return Trainer(net, "exact_match", ROWS, **given).fit(), teacher, heard


def test_a_good_proposal_is_taken_out_of_its_tags_and_accepted() -> None:
    result, _, _ = fit("Here you are: <prompt>Always say yes.</prompt> Good luck.")
    assert result.status == "improved"
    assert result.values == {"instruction": "Always say yes. Answer."}


JUNK = {
    "empty": ("", "the teacher said nothing"),
    "empty tags": ("<prompt></prompt>", "the teacher said nothing"),
    "the same again": ("<prompt>Answer.</prompt>", "it is the prompt that is there already"),
    "100k characters": ("x" * 100_000, "100000 characters, more than the 20000 allowed"),
    "a refusal": ("I'm sorry, but I can't assist with that.", "the teacher declined"),
    "circles": ("I can help." + " I will write a new instruction." * 9, "the teacher went round in circles"),
    "JSON": ('{"prompt": "Say yes.", "why": ["because"]}', "it is JSON and no prompt"),
    "another script": ("<prompt>\u603b\u662f\u56de\u7b54\u662f\u3002</prompt>", "it is in another script"),
    "another language": (
        "<prompt>Repondez toujours par oui lorsque quelqu'un demande quelque chose, sans jamais rien ajouter.</prompt>",
        "hardly a word in common",
    ),
    "its request": (
        "<prompt>Answer. Keep what works, repair what the feedback names, delete what is of no use.</prompt>",
        "it repeats what the teacher was told itself",
    ),
}


@pytest.mark.parametrize(("proposal", "why"), JUNK.values(), ids=JUNK)
def test_an_answer_of_no_use_costs_no_evaluation_and_ends_the_run_early_and_said(proposal: str, why: str) -> None:
    result, teacher, heard = fit(proposal)
    assert (result.proposed, result.status) == (0, "no gain shown")
    assert any(text.startswith("refused: new text for instruction") and why in text for text in heard)
    assert result.refused >= 3 and "answers could not be used" in result.reason and why in result.reason
    assert any("training ends: in 3 rounds the teacher gave nothing that could be used" in text for text in heard)
    assert len(teacher.calls) < 40


@pytest.mark.parametrize("critic", ["", "I cannot help with that.", "NONE"], ids=["silent", "declines", "none"])
def test_a_critic_without_a_word_ends_the_run_as_well(critic: str) -> None:
    result, teacher, heard = fit("<prompt>Always say yes.</prompt>", critic)
    assert (result.proposed, result.status) == (0, "no gain shown")
    assert any("training ends: in 3 rounds" in text for text in heard)
    assert (result.refused > 0) is (critic != "NONE")
    assert not any("Write an improved prompt" in call.text for call in teacher.calls)


def test_a_passage_that_is_kept_stays_word_for_word_and_the_teacher_is_told() -> None:
    model = ScriptedChat(script=lambda messages, kwargs: "yes" if "say yes" in str(messages[0].content) else "no")

    def teach(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        if "Write an improved" not in text:
            return "Always say yes."
        return f"<prompt>Always say yes.{' Never swear.' if 'it must keep' in text else ''}</prompt>"

    net, teacher = trainable(Prompt(model, "Answer. Never swear.", "question", "answer")), ScriptedChat(script=teach)
    net.keep("Never swear.")
    result = Trainer(net, "exact_match", ROWS, teacher=teacher, budget="800 calls").fit()
    assert result.status == "improved" and result.values["instruction"] == "Always say yes. Answer. Never swear."
    assert any("Keep this passage word for word: Never swear." in call.text for call in teacher.calls)
    with pytest.raises(ParameterError, match="No prompt holds"):
        net.keep("Never swore.")


def test_a_teacher_that_drops_slots_is_told_which_and_then_refused() -> None:
    model = ScriptedChat(script=lambda messages, kwargs: "no")
    teacher = ScriptedChat(script=lambda m, k: "<prompt>Say yes.</prompt>" if "Write an" in str(m) else "Say yes.")
    net = trainable(Prompt(model, "Answer {question} now.", "question", "answer"))
    net["instruction"].slots = frozenset({"question"})
    result = Trainer(net, "exact_match", ROWS, teacher=teacher, budget="800 calls").fit()
    assert (result.proposed, result.refused > 0) == (0, True)
    assert "slots must stay" in result.reason
    assert any("slots must stay" in call.text for call in teacher.calls)


def test_advice_that_repairs_none_of_the_rows_that_asked_for_it_is_left_out() -> None:
    """A critic is right about one kind of rows and wrong about the other; its advice is written down together."""

    def teach(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        if "Write an improved" in text:
            return "<prompt>Answer. Apples are red. Pears are heavy.</prompt>"
        return "Apples are red. Pears are heavy."

    def answer(messages: Any, kwargs: Any) -> str:
        return "yes" if "apples" in str(messages[-1].content) and "red" in str(messages[0].content) else "no"

    rows = [{"inputs": {"question": f"{['apples', 'pears'][n % 2]} {n}"}, "expected": "yes"} for n in range(80)]
    net = trainable(Prompt(ScriptedChat(script=answer), "Answer.", "question", "answer"))
    result = Trainer(net, "exact_match", rows, teacher=ScriptedChat(script=teach), budget="900 calls").fit()
    assert result.values == {"instruction": "Answer. Apples are red."}


def fruit(critic: Callable[[str], list[str]]) -> tuple[Any, list[str]]:
    """A run on apples and a few pears, and all texts that were in force.

    A shortcut is as good for apples as their own rule, and spoils pears whatever else is said of them.
    """

    def answer(messages: Any, kwargs: Any) -> str:
        prompt, asked = str(messages[0].content), str(messages[-1].content)
        if "pears" in asked:
            return "yes" if PEARS in prompt and SHORTCUT not in prompt else "no"
        return "yes" if SHORTCUT in prompt or APPLES in prompt else "no"

    def teach(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        if "Write an improved" not in text:
            return " ".join(critic(text)) or "NONE"
        prompt, _, told = text.partition("<<<FEEDBACK")
        wanted = [s for s in (SHORTCUT, APPLES, PEARS) if s in told.partition("FEEDBACK>>>")[0] and s not in prompt]
        return (
            f"<prompt>{prompt.partition('<<<PROMPT')[2].partition('PROMPT>>>')[0].strip()} {' '.join(wanted)}</prompt>"
        )

    held = list[str]()
    train, val, test = (
        [{"inputs": {"question": f"{'apples' if n % few else 'pears'} {n}"}, "expected": "yes"} for n in range(*some)]
        for some, few in (((1, 50), 14), ((100, 130), 6), ((200, 230), 6))
    )
    net, teacher = trainable(Prompt(ScriptedChat(script=answer), "Answer.", "question", "answer")), ScriptedChat(teach)
    watch: dict[str, Any] = {"watcher": lambda event: held.append(str(getattr(event, "after", "")))}
    return Trainer(net, "exact_match", train, val, test, teacher=teacher, budget="1500 calls", **watch).fit(), held


def test_advice_that_undoes_what_other_advice_repairs_gives_way_to_what_is_said_of_its_rows_next() -> None:
    asked = list[str]()

    def critic(text: str) -> list[str]:
        asked.append(text)
        of_apples = SHORTCUT if len(asked) <= 6 else APPLES
        return [of_apples] * ("apples" in text) + [PEARS] * ("pears" in text)

    result, held = fruit(critic)
    assert result.after == 1.0
    assert any(PEARS in text for text in held) and not any(SHORTCUT in text for text in held)


def test_advice_that_breaks_what_a_sentence_in_force_is_good_for_does_not_come_in() -> None:
    def critic(text: str) -> list[str]:
        if PEARS not in text.partition("PROMPT>>>")[0]:
            return [PEARS] * ("pears" in text) + [APPLES] * ("apples 1" in text)
        return [SHORTCUT, APPLES] * ("apples" in text)

    result, held = fruit(critic)
    assert result.after == 1.0
    assert not any(SHORTCUT in text for text in held)


def test_what_is_said_of_rows_that_still_fail_comes_in_before_val_rows_are_paid() -> None:
    def critic(text: str) -> list[str]:
        return [PEARS] * ("pears" in text) if APPLES in text.partition("PROMPT>>>")[0] else [APPLES]

    result, held = fruit(critic)
    first = next(text for text in held if APPLES in text)
    assert PEARS in first and result.after == 1.0


def test_a_run_ends_with_a_word_where_every_train_row_goes_well() -> None:
    result, _, heard = fit("<prompt>Always say yes.</prompt>")
    assert "training ends: no train row fails any more" in heard
    assert result.status == "improved" and result.spent["calls"] < 250


def test_rows_that_were_looked_at_least_come_first_and_groups_take_turns() -> None:
    rows = [Example({"q": n}, n, str(n), "rare" if n % 8 == 0 else "common") for n in range(24)]
    met = {str(n): 1 for n in range(12)}
    order = spread(rows, random.Random(0), met)
    assert [e.group for e in order[:6]].count("rare") == 3
    assert {e.id for e in order if e.group == "common"} - met.keys() == {
        e.id for e in order[:14] if e.group == "common"
    } - met.keys()
    assert order[0].id not in met and order[1].id not in met


WANTED = {"apples": APPLES, "pears": PEARS, "plums": "Plums are blue.", "grapes": "Grapes are small."}


def four_kinds(goes_well: Callable[[str, str], bool], first: str = "apples 0") -> tuple[Any, list[str], list[str]]:
    """A run on four kinds of rows of which each asks for a sentence, all texts that were in force, what was asked."""

    def answer(messages: Any, kwargs: Any) -> str:
        prompt, question = str(messages[0].content), str(messages[-1].content)
        asked.append(question)
        return "yes" if goes_well(prompt, question) else "no"

    def teach(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        if "Write an improved" in text:
            told = text.partition("<<<FEEDBACK")[2].partition("FEEDBACK>>>")[0]
            return f"<prompt>Answer. {' '.join(s for s in WANTED.values() if s in told)}</prompt>"
        return " ".join(s for kind, s in WANTED.items() if kind in text) or "NONE"

    train, *others = (
        [{"inputs": {"question": f"{list(WANTED)[n % 4]} {n}"}, "expected": "yes"} for n in range(*some)]
        for some in ((24,), (100, 140), (200, 240))
    )
    train[0], held, asked = {"inputs": {"question": first}, "expected": "yes"}, list[str](), list[str]()
    net = trainable(Prompt(ScriptedChat(script=answer), "Answer.", "question", "answer"))
    watch: dict[str, Any] = {"watcher": lambda event: held.append(str(getattr(event, "after", "")))}
    result = Trainer(net, "exact_match", train, *others, teacher=ScriptedChat(teach), budget="900 calls", **watch).fit()
    return result, held, asked


def test_a_row_that_goes_wrong_with_most_edits_stands_in_the_way_of_none() -> None:
    """One row goes well only where three of the sentences are not there."""

    def goes_well(prompt: str, question: str) -> bool:
        kind = question.split()[0]
        hurting = any(WANTED[other] in prompt for other in ("apples", "pears", "plums"))
        return WANTED[kind] in prompt if kind in WANTED else not hurting

    _, held, _ = four_kinds(goes_well, "luck 0")
    first = next(text for text in held if APPLES in text or "Grapes" in text)
    assert all(sentence in first for sentence in WANTED.values())


def test_where_all_that_helps_is_too_much_at_once_a_part_of_it_comes_in() -> None:
    def goes_well(prompt: str, question: str) -> bool:
        return WANTED[question.split()[0]] in prompt and sum(s in prompt for s in WANTED.values()) <= 2

    result, _, _ = four_kinds(goes_well)
    assert result.status == "improved"
    assert sum(s in result.values["instruction"] for s in WANTED.values()) == 2


async def test_what_helps_goes_to_val_rows_at_once_where_the_budget_would_not_hold_them_afterwards() -> None:
    class Poor:
        screened = 40

        def holds(self, runs: int) -> bool:
            return runs < 2 * self.screened

    failed, well = ([Rollout(Example({"q": 0}, 0, "0"), "scored", score, "", None, Tape())] for score in (0.0, 1.0))
    batch, problem = Batch(failed, {}), cast(Any, Poor())
    trial = Trial(Move({"instruction": APPLES}, {}), batch, failed, well)
    assert await Teaching(problem, Memory(), 0, 12, "own", 3).pursued(batch, trial) is trial


def test_where_few_rows_fail_they_are_drawn_twice_and_bad_luck_is_not_asked_about() -> None:
    unlucky, times = "apples 4", Counter[str]()

    def goes_well(prompt: str, question: str) -> bool:
        times[question] += 1
        return question != unlucky or times[question] > 1

    result, _, asked = four_kinds(goes_well)
    assert asked.count(unlucky) == 2 and result.proposed == 0 and result.refused == 0


@pytest.mark.parametrize("accepted", [True, False])
async def test_what_leaves_no_train_row_to_work_on_is_screened_once_more(accepted: bool) -> None:
    proposed = list[Any]()

    class Screening:
        train = ("a row",)

        async def propose(self, candidate: Any, what: str, *, more: Any) -> Verdict:
            assert more == self.train
            proposed.append(candidate)
            return Verdict(accepted, 0.5, 0, 0, 0, 0.0, 0.0, what)

    problem, memory, texts = cast(Any, Screening()), Memory(), {"instruction": "Say yes."}
    memory.build_on(texts)
    step = Step(problem, memory, Batch([], texts), Teaching(problem, memory, 1, 12, "own", 3), plateau=True)
    assert await step.taken() is accepted
    assert proposed == [texts] and memory.pending == {}


def test_a_sentence_in_force_gives_way_to_one_that_it_undoes() -> None:
    def critic(text: str) -> list[str]:
        in_force = SHORTCUT in text.partition("PROMPT>>>")[0]
        return [PEARS] * ("pears" in text and in_force) + [APPLES if PEARS in text else SHORTCUT] * ("apples" in text)

    result, held = fruit(critic)
    assert any(SHORTCUT in text for text in held)
    assert result.after == 1.0 and SHORTCUT not in result.values["instruction"]


def test_what_rows_ask_for_though_it_is_there_is_held_against_the_rest() -> None:
    failed = [Rollout(Example({"q": n}, n, str(n)), "scored", 0.0, "", None, Tape()) for n in range(3)]
    modes = [
        FailureMode("It should say that pears are heavy.", frozenset({"1"})),
        FailureMode(APPLES, frozenset({"2"})),
    ]
    (part,) = in_vain("instruction", f"Answer. {SHORTCUT} {PEARS}", modes, failed)
    assert part.edit.words == PEARS and [r.example.id for r in part.rows] == ["1"]


def test_what_gave_way_is_kept_out_by_the_row_that_showed_it() -> None:
    memory, text = Memory(), f"Answer. {PEARS}"
    memory.explore({"instruction": text}, Clash("instruction", text, PEARS, "7", [SHORTCUT]))
    assert memory.exploring and memory.watched({"instruction": text}) == {"7"}
    assert not memory.open("instruction", text, [FailureMode(SHORTCUT, frozenset({"2"}))])


def test_a_sentence_that_stood_in_the_way_once_may_be_tried_again_in_other_company() -> None:
    memory, wanted = Memory(), [FailureMode(SHORTCUT, frozenset({"2"}))]
    memory.accept(Cut("instruction", SHORTCUT, "Answer.", 2.0))
    assert memory.open("instruction", "Answer.", wanted) == []
    memory.again()
    assert memory.open("instruction", "Answer.", wanted) == wanted


def test_a_harmful_proposal_is_set_aside_on_train_rows_and_not_tried_twice() -> None:
    result, teacher, heard = fit("<prompt>Say no, never the other word.</prompt>")
    assert result.proposed == 0
    assert sum(text.startswith("set aside: new text for instruction") for text in heard) == 1
    assert any("This was tried and did not help" in call.text for call in teacher.calls)
    assert "it was tried before and did not help" in result.reason


def test_a_text_that_can_not_be_used_is_asked_for_again_with_the_reason() -> None:
    asked = []

    def teach(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        if "Write an improved prompt" not in text:
            return "Say yes."
        asked.append(text)
        begins = "Please. " if "can't be used" in text else ""
        return f"<prompt>{begins}Say yes.</prompt>"

    model = ScriptedChat(script=lambda messages, kwargs: "yes" if "Say yes" in str(messages[0].content) else "no")
    net = trainable(Prompt(model, "Please. Answer.", "question", "answer"))
    net["instruction"].checks = (lambda text: None if text.startswith("Please") else "it must begin with Please",)
    told: list[Any] = []
    result = Trainer(
        net, "exact_match", ROWS, teacher=ScriptedChat(script=teach), budget="900 calls", watcher=told.append
    ).fit()
    assert result.values == {"instruction": "Please. Say yes. Answer."}
    assert "it must begin with Please" in asked[1] and "it must begin" not in asked[0]
    assert any("refused: new text for instruction: it must begin" in getattr(event, "text", "") for event in told)


@pytest.mark.parametrize("arm", ["own", "shared", "shuffled", "blind"])
def test_every_arm_asks_the_critics_alike_and_only_own_reads_what_they_said_of_it(arm: str) -> None:
    one, other = Parameter("a"), Parameter("b")
    found = [Feedback(one, "1", "Say a."), Feedback(other, "1", "Say b."), Feedback(one, "2", "Say c.")]
    heard = {p: [f.words for f in given(arm, found) if f.parameter is p] for p in (one, other)}
    assert (
        heard
        == {
            "own": {one: ["Say a.", "Say c."], other: ["Say b."]},
            "shared": {one: ["Say a.", "Say b.", "Say c."], other: ["Say a.", "Say b.", "Say c."]},
            "shuffled": {one: ["Say b."], other: ["Say a.", "Say c."]},
            "blind": dict.fromkeys((one, other), ["The final result was wrong."] * 2),
        }[arm]
    )
    if arm != "own":
        critics = [
            sum("Give feedback" in c.text for c in fit("", optimizer=TextualGradient(feedback=a))[1].calls)
            for a in ("own", arm)
        ]
        assert critics[0] == critics[1] > 0


def test_an_arm_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'shuffled'"):
        TextualGradient(feedback="shufled")


def test_an_optimizer_that_trained_once_trains_the_next_as_if_it_were_new() -> None:
    optimizer = TextualGradient()
    texts = [fit("<prompt>Say no, never the other word.</prompt>", optimizer=optimizer)[2] for _ in range(2)]
    assert texts[0] == texts[1]


def test_a_defect_of_the_original_goes_though_nobody_names_it() -> None:
    """No critic finds it: the sentence is left out on failing rows, and what then passes goes to the screen."""

    def teach(messages: Any, kwargs: Any) -> str:
        prompt = str(messages[0].content).partition("<<<PROMPT\n")[2].partition("\nPROMPT>>>")[0]
        return f"<prompt>{prompt} Be kind.</prompt>" if "Write an improved" in str(messages) else "Be kind."

    model = ScriptedChat(script=lambda m, k: "no" if "Refuse" in str(m[0].content) else "yes")
    teacher = ScriptedChat(script=teach)
    net = trainable(Prompt(model, "You answer questions. Refuse all of them. Be brief.", "question", "answer"))
    result = Trainer(net, "exact_match", ROWS, teacher=teacher, budget="800 calls").fit()
    assert result.status == "improved" and "Refuse" not in result.values["instruction"]


def test_a_long_prompt_loses_what_nobody_needs_though_no_sentence_alone_is_in_the_way() -> None:
    """The model heeds a prompt the less the longer it is; the teacher has nothing to add."""
    idle = [f"Remark number {n} is about the house and its long history." for n in range(10)]

    def answer(messages: Any, kwargs: Any) -> str:
        words, row = len(str(messages[0].content).split()), int(str(messages[-1].content).split()[-1])
        return "yes" if row % 10 < 400 / words else "no"

    teacher = ScriptedChat(lambda m, k: "<prompt>Be kind.</prompt>" if "Write an improved" in str(m) else "Be kind.")
    start = " ".join(["Answer with yes or no.", *idle])
    net = trainable(Prompt(ScriptedChat(answer), start, "question", "answer"))
    net["instruction"].kept = [idle[3]]
    result = Trainer(net, "exact_match", ROWS, teacher=teacher, budget="1500 calls").fit()
    assert result.status == "improved"
    assert result.values["instruction"].startswith("Answer with yes or no.") and idle[3] in result.values["instruction"]
    assert len(result.values["instruction"]) < len(start) * 2 / 3


def test_where_no_row_ever_has_the_highest_score_those_near_the_best_count_as_gone_well() -> None:
    """As with a judge that gives 0.8 at the most: critics hear of the others alone."""

    def answer(messages: Any, kwargs: Any) -> str:
        is_easy = int(str(messages[-1].content).split()[-1]) % 2
        return "yes" if is_easy or "say yes" in str(messages[0].content) else "no"

    def teach(messages: Any, kwargs: Any) -> str:
        return "<prompt>Always say yes.</prompt>" if "Write an improved" in str(messages) else "Say yes."

    teacher, net = ScriptedChat(teach), trainable(Prompt(ScriptedChat(answer), "Answer.", "question", "answer"))
    judge = lambda prediction, gold: 0.8 if gold in str(prediction) else 0.2  # noqa: E731
    result = Trainer(net, judge, ROWS, teacher=teacher, budget="800 calls").fit()
    assert result.values == {"instruction": "Always say yes. Answer."}
    asked = [re.findall(r"item (\d+)", call.text) for call in teacher.calls if "Give feedback" in call.text]
    assert asked and not any(int(n) % 2 for items in asked for n in items)


def test_eight_words_of_a_train_row_are_copied_text() -> None:
    row = Example({"q": "the quick brown fox jumps over the lazy dog today"}, "x", "1")
    assert copied("Note: quick brown fox jumps over the lazy dog.", "Answer.", [row])
    assert not copied("Note: quick brown fox jumps.", "Answer.", [row])


def test_tags_in_any_case_and_none_at_all() -> None:
    assert written("a <PROMPT>b\nc</PROMPT> d") == "b\nc"
    assert written(" plain ") == "plain"


@pytest.mark.parametrize(
    ("reads", "moved"),
    [("answer", ["layers.0/instruction"]), ("thanks", ["layers.0/instruction", "layers.1/instruction"])],
)
def test_a_new_text_that_only_came_along_with_another_is_left_behind(reads: str, moved: list[str]) -> None:
    """The critic blames both steps; the loss reads what the first says, or what both have to say."""

    def answer(messages: Any, kwargs: Any) -> str:
        told, asked = str(messages[0].content), str(messages[-1].content)
        return "yes" if "say yes" in told and ("item" in asked or "yes" in asked) else "no"

    model = ScriptedChat(script=answer)
    teacher = ScriptedChat(
        script=lambda m, k: "<prompt>Always say yes. Do it.</prompt>" if "Write an" in str(m) else "Always say yes."
    )
    steps = [Prompt(model, "Do it.", "question", "answer"), Prompt(model, "Do it.", "answer", "thanks")]
    rows = [{"inputs": {"question": f"item {n}"}, "expected": {reads: "yes"}} for n in range(60)]
    result = Trainer(trainable(Sequential(*steps)), "exact_match", rows, teacher=teacher, budget="2000 calls").fit()
    assert result.status == "improved"
    assert sorted(name for name, text in result.values.items() if text != "Do it.") == moved, result.values


@pytest.mark.parametrize(
    ("lost", "again", "surely"),
    [
        ("", False, False),
        ("0", False, False),
        ("0 again", True, False),
        ("0 once", True, False),
        ("0 again once", True, True),
    ],
)
async def test_a_row_is_spoiled_where_it_goes_wrong_again_and_surely_where_it_always_does(
    lost: str, again: bool, surely: bool
) -> None:
    class Drawing:
        async def evaluate(self, sides: Any, rows: Any, *, repetition: str) -> list[Rollout]:
            scores = (1.0, 0.0 if repetition.split()[0] in lost.split() else 1.0)
            return [Rollout(e, "scored", score, "", None, Tape()) for score in scores for e in rows]

    rows = [Rollout(Example({"q": 0}, 0, "0"), "scored", 1.0, "", None, Tape())]
    given: Any = Drawing(), Batch(rows, {}), None, Move({"instruction": APPLES}, {}), rows
    assert bool(await spoiled(*given)) is again
    assert bool(await spoiled(*given, surely=True)) is surely
