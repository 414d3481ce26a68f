"""Answers as data: a schema sent along with the request, and the parser for what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.output_parsers import BaseOutputParser, JsonOutputParser, PydanticOutputParser
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from langchain_core.utils.pydantic import is_basemodel_subclass

Schema = Mapping[str, Any] | type


def response_format(schema: Schema) -> dict[str, Any]:
    """The request setting that holds an answer to a pydantic class, a TypedDict or a JSON schema."""
    described = convert_to_json_schema(dict(schema) if isinstance(schema, Mapping) else schema)
    return {"type": "json_schema", "json_schema": {"name": described.get("title", "answer"), "schema": described}}


def parser(schema: Schema) -> BaseOutputParser[Any]:
    """What turns the answer's text into an instance of a pydantic class, or else into a dict."""
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        return PydanticOutputParser(pydantic_object=schema)
    return JsonOutputParser()


def with_raw(model: Runnable[LanguageModelInput, Any], reading: BaseOutputParser[Any]) -> Runnable[Any, dict[str, Any]]:
    """`{"raw", "parsed", "parsing_error"}`: the message is kept, and text that doesn't parse raises nothing."""
    parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | reading, parsing_error=RunnableLambda(_nothing))
    unread = RunnablePassthrough.assign(parsed=RunnableLambda(_nothing))
    return RunnableMap({"raw": model}) | parsed.with_fallbacks([unread], exception_key="parsing_error")


def _nothing(_: Any) -> None:
    return None
