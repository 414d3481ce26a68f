"""Runs exported applications in a process that does not know this package; prints what they gave and what was asked.

Each argument is JSON: the folder, the name of the application in its module app, the inputs, and what the parts say.
"""

import importlib
import json
import os
import sys

from langchain_core.callbacks import BaseCallbackHandler

OURS = ("llmdl_plugins", "llmdl_langgraph", "llmdl_recipes", "llmdl_dspy")
sys.modules.update(dict.fromkeys(OURS))  # importing them fails, whether they are installed or not


class Hears(BaseCallbackHandler):
    def __init__(self):
        self.asked = []

    def on_chat_model_start(self, serialized, messages, **kwargs):
        self.asked += [[[message.type, message.text] for message in one] for one in messages]


gave = []
for argument in sys.argv[1:]:
    folder, name, inputs, os.environ["SAID"] = json.loads(argument)
    sys.path[0] = folder
    hears = Hears()
    gave.append([getattr(importlib.import_module("app"), name).invoke(inputs, {"callbacks": [hears]}), hears.asked])
    for module, loaded in list(sys.modules.items()):
        if str(getattr(loaded, "__file__", "")).startswith(folder):
            del sys.modules[module]
print(json.dumps(gave))
