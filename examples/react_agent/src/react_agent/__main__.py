"""One story from the command line: python -m react_agent "Shares slide as oil climbs. Markets fell sharply ..." """

import asyncio
import sys

from react_agent.context import Context
from react_agent.graph import graph

story = {"messages": [{"role": "user", "content": sys.argv[1]}]}
print(asyncio.run(graph.ainvoke(story, context=Context()))["messages"][-1].text)
