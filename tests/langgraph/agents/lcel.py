"""A chain: prompt, model, parser."""

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from model import model

PROMPT = ChatPromptTemplate.from_messages([("system", "You answer with one word."), ("user", "{question}")])
chain = PROMPT | model | StrOutputParser()
