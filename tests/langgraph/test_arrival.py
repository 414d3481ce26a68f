"""A text whose changes would be lost on the way is frozen; what is sent in another case or layout is not lost."""

from __future__ import annotations

import pytest

from llmdl_langgraph.matching.arrival import LOST, lost
from llmdl_langgraph.matching.texts import Text

from .test_explain import text_of

PLAIN = text_of('"You are a careful clerk of the house."')
FORMAT = text_of('"You greet {name} in the hall of the house."')
FSTRING = text_of('f"You greet {name} in the hall of the house."')


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (PLAIN, "You are a careful clerk of the house."),
        (PLAIN, "Hello.\nYou are a careful clerk of the house.\nBye."),
        (PLAIN, "YOU ARE A CAREFUL CLERK OF THE HOUSE."),
        (FORMAT, "You greet Ada in the hall of the house."),
        (FSTRING, "You greet Ada in the hall of the house. And more."),
    ],
)
def test_a_change_arrives_where_the_text_stands_in_the_message(found: Text, message: str) -> None:
    assert lost({found: [message]}, [found]) == {}


def test_a_change_does_not_arrive_where_another_text_says_all_of_it() -> None:
    longer = text_of('"Hello. You are a careful clerk of the house. Bye, and see you soon."')
    message = "Hello. You are a careful clerk of the house. Bye, and see you soon."
    assert lost({PLAIN: [message], longer: [message]}, [PLAIN, longer]) == {PLAIN: LOST}


def test_a_change_does_not_arrive_where_all_is_sent_in_a_case_that_no_reading_has() -> None:
    long = text_of('"You are the clerk of a house, and you sort the mail that comes in there."')
    assert lost({long: [long.parameter.default.upper()]}, [long]) == {long: LOST}


def test_one_message_that_a_change_does_not_reach_is_enough() -> None:
    messages = ["You are a careful clerk of the house.", "Something else is said here."]
    assert lost({PLAIN: messages}, [PLAIN]) == {PLAIN: LOST}
    assert lost({}, [PLAIN]) == {}
