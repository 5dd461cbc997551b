"""A pool that keeps no connection: every request opens one and closes it."""

import httpx2
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

http = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=200, max_keepalive_connections=0), timeout=60)
prompt = ChatPromptTemplate.from_messages([("human", "{question}")])
chain = prompt | ChatOpenAI(model="gpt-4o-mini", http_async_client=http) | StrOutputParser()
