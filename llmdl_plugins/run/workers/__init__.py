"""Worker processes: they run the application and ask the process that owns the ledger for every call.

In the owner, from what opens them to what answers them:

- `processes` the executor, and `opened` for any executor whose workers are launched in another way
- `pool` which worker makes which attempt, and what is done when one dies
- `connection` the way to a process, and one that is started at its other end
- `worker` a worker as its owner sees it; `talk` is one question of it
- `desk` answers a worker's questions, by the cashier of the run; `turns` keeps equal calls of held-up loops apart

In a worker, from its first message to a call:

- `__main__` the process; `shift` loads the application and makes attempts
- `line` the worker's end: messages, and each answer to whoever asked
- `payer` and `tools` ask for calls of models and uses of tools; `made` makes a call here, as often as the owner says

At both ends: `message`, a line of JSON, and `told`, the calls, rows and errors in it.
"""
