"""The simulated model: what a reply depends on, what is counted, and which settings are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from llmdl_plugins.errors import MisuseError, UnknownNameError
from llmdl_plugins.testing import Reply, Simulator


def ask(simulator: Simulator, question: str, **settings: Any) -> Reply:
    messages = [{"role": "system", "content": "Answer the ticket."}, {"role": "user", "content": question}]
    return simulator.complete({"model": "m", "messages": messages, **settings})


def questions(n: int) -> list[str]:
    return [row["inputs"]["question"] for row in Simulator(seed=3).dataset("order", n)]


PASSED_ON = "FMT=TXT Ticket T8878500003 kind=k2 n=89"
# Published figures were made with these worlds: figures before and after a change here can't be compared.
WORLDS = {
    "rule": (["21", "35", "79"], "17", "For kind k1: reply n times 84 plus 47 modulo 97."),
    "trap": (["32", "46", "90"], "28", "For kind k1: reply n times 37 plus 80 modulo 97."),
    "coupled": ([PASSED_ON] * 3, PASSED_ON, "Use format ZX7."),
    "null": (["36", "50", "94"], "32", "For kind k1: check n 527 times."),
}


@pytest.mark.parametrize("skill", WORLDS)
def test_the_worlds_are_the_ones_that_were_published(skill: str) -> None:
    simulator = Simulator(skill=skill, seed=3)
    first, second, _ = (row["inputs"]["question"] for row in simulator.dataset("golden", 3))
    choices, repeated, sentence = WORLDS[skill]
    assert first == "Ticket T8878500003 kind=k2 n=89"
    assert list(ask(simulator, first, n=3).texts) == choices
    assert ask(simulator, first).texts == (repeated,)
    assert ask(simulator, f"Give feedback on the prompt: {second}").texts[0].endswith(f"lacks this: {sentence}")


def test_replies_do_not_depend_on_the_order_of_arrival() -> None:
    def world(asked: list[str]) -> dict[str, tuple[str, ...]]:
        simulator = Simulator(seed=3)
        return {question: ask(simulator, question).texts for question in asked}

    assert world(questions(50)) == world(questions(50)[::-1])


def test_repetitions_differ_unless_the_temperature_is_0_or_redraw_is_off() -> None:
    def seen(simulator: Simulator, **settings: Any) -> set[tuple[str, ...]]:
        return {ask(simulator, question, **settings).texts for _ in range(12)}

    question = next(
        q for q in questions(50) if len({ask(sim, q).texts for sim in [Simulator()] for _ in range(12)}) > 1
    )
    assert len(seen(Simulator())) > 1
    assert len(seen(Simulator(), temperature=0)) == 1
    assert len(seen(Simulator(redraw=False))) == 1


def test_seed_model_and_choice_change_the_reply() -> None:
    def replies(seed: int = 0, model: str = "m") -> list[tuple[str, ...]]:
        simulator = Simulator(seed=seed, base=0.5)
        return [ask(simulator, question, model=model).texts for question in questions(40)]

    assert replies() == replies()
    assert replies() != replies(seed=1)
    assert replies() != replies(model="other")
    assert any(len(set(ask(Simulator(), question, n=4).texts)) > 1 for question in questions(40))


def test_calls_from_many_threads_are_all_counted() -> None:
    simulator = Simulator()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda question: ask(simulator, question), questions(400)))
    stats = simulator.stats()
    assert simulator.counts["calls"] == stats["calls"] == stats["unique_requests"] == 400
    assert stats["status"] == {"200": 400} and stats["role"] == {"task": 400}
    assert stats["prompt_tokens"] == simulator.counts["prompt_tokens"] > 400


def test_a_probe_tells_the_truth_and_counts_nothing() -> None:
    simulator = Simulator(skill="rule", seed=1, faults="500@1")
    row = simulator.dataset("test", 1)[0]
    rule = simulator.world.rule(int(row["inputs"]["question"].split("kind=k")[1].split()[0]))
    with simulator.probe() as accuracies:
        ask(simulator, row["inputs"]["question"])
        ask(simulator, f"{rule} {row['inputs']['question']}")
        ask(simulator, "Write a better prompt.")
    assert accuracies == [0.10, 0.95]
    assert simulator.counts["calls"] == 0
    assert ask(simulator, row["inputs"]["question"]).status == 500


def test_a_probe_of_coupled_nodes_is_told_of_the_node_that_answers() -> None:
    simulator = Simulator(skill="coupled")
    question = simulator.dataset("test", 1)[0]["inputs"]["question"]
    with simulator.probe() as accuracies:
        ask(simulator, ask(simulator, question).texts[0])
    assert accuracies == [0.5]


def test_echo_answers_anything_with_a_number() -> None:
    assert ask(Simulator(skill="echo"), "Write an improved prompt.").texts[0].isdigit()


def test_a_list_of_parts_reads_like_its_text() -> None:
    question = questions(1)[0]
    parts = [{"type": "text", "text": question[:5]}, {"type": "text", "text": question[5:]}]
    whole, split = ({"messages": [{"role": "user", "content": content}]} for content in (question, parts))
    assert Simulator().complete(whole) == Simulator().complete(split)


def test_reset_forgets_counts_and_keeps_settings_that_are_not_named() -> None:
    simulator = Simulator(skill="null", seed=3)
    ask(simulator, questions(1)[0])
    simulator.reset(seed=4)
    assert (simulator.settings.skill, simulator.settings.seed) == ("null", 4)
    assert simulator.counts["calls"] == 0 and simulator.stats()["unique_requests"] == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"skill": "ruel"}, "Did you mean 'rule'"),
        ({"latencies": "fixed:1"}, "Did you mean 'latency'"),
        ({"faults": "bang@1"}, "Did you mean 'hang'"),
        ({"faults": "500@often"}, "write kind@10"),
        ({"faults": "500@0"}, "write kind@10"),
        ({"faults": "500"}, "write kind@10"),
        ({"latency": "slow:1"}, "write fixed:0.05"),
        ({"latency": "fixed:soon"}, "write fixed:0.05"),
        ({"rules": 0}, "one kind at least"),
    ],
)
def test_what_can_not_be_read_is_refused_with_what_to_write(changes: dict[str, Any], said: str) -> None:
    simulator = Simulator(seed=9)
    with pytest.raises(MisuseError, match=said):
        simulator.reset(**changes)
    assert simulator.settings.seed == 9


def test_an_unknown_setting_is_an_unknown_name() -> None:
    with pytest.raises(UnknownNameError):
        Simulator(skil="rule")
