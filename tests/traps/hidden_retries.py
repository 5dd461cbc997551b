"""A timeout shorter than many answers: they are asked for again and again, and then of another model."""

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

prompt = ChatPromptTemplate.from_messages([("human", "{question}")])
quick = ChatOpenAI(model="gpt-4o-mini", timeout=0.14, max_retries=1)
backup = ChatOpenAI(model="gpt-4o")
chain = prompt | quick.with_fallbacks([backup]) | StrOutputParser()
