"""Runs exported DSPy programs in a process that does not know this package; prints what they gave and what was asked.

Each argument is JSON: the folder, whether the program is awaited, the inputs, and what the parts say.
"""

import asyncio
import importlib
import json
import os
import sys

OURS = ("llmdl_plugins", "llmdl_langgraph", "llmdl_recipes", "llmdl_dspy")
sys.modules.update(dict.fromkeys(OURS))  # importing them fails, whether they are installed or not

import asking  # noqa: E402
import dspy  # noqa: E402

dspy.configure(lm=asking.lm)
gave = []
for argument in sys.argv[1:]:
    folder, is_awaited, inputs, os.environ["SAID"] = json.loads(argument)
    sys.path[0] = folder
    asking.calls.clear()
    program = importlib.import_module("app").program
    made = asyncio.run(program.acall(**inputs)) if is_awaited else program(**inputs)
    gave.append([made.toDict(), list(asking.calls)])
    for module, loaded in list(sys.modules.items()):
        if str(getattr(loaded, "__file__", "")).startswith(folder):
            del sys.modules[module]
print(json.dumps(gave))
