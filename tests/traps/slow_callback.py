"""A callback that writes a row for every token, and takes a thread for each."""

import time

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI


class Recorder(BaseCallbackHandler):
    """Writes every token down."""

    def on_llm_new_token(self, *_, **__):
        """Insert a row, as a database driver that blocks does."""
        time.sleep(0.01)


prompt = ChatPromptTemplate.from_messages([("human", "{question}")])
chain = prompt | ChatOpenAI(model="gpt-4o-mini", streaming=True, callbacks=[Recorder()]) | StrOutputParser()
