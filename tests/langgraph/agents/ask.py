"""Runs graphs in a process that does not know this package, and prints what their models were asked.

Each argument is JSON: the folder, the module that holds the graph, and the inputs.
"""

import asyncio
import importlib
import json
import sys

for ours in ("llmdl_plugins", "llmdl_langgraph", "llmdl_recipes"):
    sys.modules[ours] = None  # importing it fails, whether it is installed or not

before = set(sys.modules)
asked = []
for argument in sys.argv[1:]:
    folder, module, inputs = json.loads(argument)
    sys.path[0] = folder
    asyncio.run(importlib.import_module(module).graph.ainvoke(inputs))
    asked.append(importlib.import_module(module if module in ("react", "tooling") else "model").model.calls)
    for name, loaded in list(sys.modules.items()):
        if str(getattr(loaded, "__file__", "")).startswith(folder):
            del sys.modules[name]
print(json.dumps(asked))
