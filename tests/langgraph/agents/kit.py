"""Tools and schemas in every way of writing them."""

from typing import Annotated, TypedDict

from langchain_core.tools import BaseTool, StructuredTool, tool
from pydantic import BaseModel, Field

SPELL = "Spell a word, letter by letter."


@tool
def look_up(word: Annotated[str, "The word to look up."]) -> str:
    """Look up what a word means
    in the big dictionary of the house.

    Only single words are found.
    """
    return f"{word} means something"


@tool(parse_docstring=True)
def translate(word: str, language: str) -> str:
    """Translate a word.

    Idioms are left alone.

    Args:
        word: The word that
            is to be translated.
        language (str): The language to translate it into.

    Returns:
        The word.
    """
    return word


@tool("rhymes", description="Find words that rhyme.")
def find_rhymes(word: str) -> str:
    """Not what is sent."""
    return word


def _spell(word: str) -> str:
    return " ".join(word)


spell = StructuredTool.from_function(_spell, name="spell", description=SPELL)


class Count(BaseModel):
    """Not what is sent."""

    word: str = Field(description="The word whose letters count.")


class Counting(BaseTool):
    name: str = "count"
    description: str = "Count the letters of a word."
    args_schema: type[BaseModel] = Count

    def _run(self, word: str) -> str:
        return str(len(word))


def shout(word: str) -> str:
    """Say a word in capitals."""
    return word.upper()


weather = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tell the weather of a place.",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string", "description": "The name of a town."}},
            "required": ["place"],
        },
    },
}


class Source(BaseModel):
    """Where something is written."""

    title: str = Field(description="The title of the book.")


class Entry(BaseModel):
    """An entry of the dictionary."""

    word: str = Field(description="The word itself.")
    source: Source = Field(..., description="The book that it is from.")
    others: list[Source] = []


class Verdict(TypedDict):
    """A verdict on an answer."""

    good: Annotated[bool, ..., "Whether the answer is good."]


ALL = [look_up, translate, find_rhymes, spell, Counting(), shout]
