"""Ray: the workers of a run, placed on a cluster.

They are the workers of `llmdl_plugins.run.workers`; only how they are launched is of Ray:

- `executor` in the owner: asks for a worker, and waits until it has come
- `welcome` in the owner: the port at which workers arrive
- `broker` in the owner: the line to the process that speaks with Ray
- `__main__` that process: one of its own, since Ray takes over signals; `cluster` is the Ray that it joins or starts
- `place` wherever Ray has a core: the task that holds one worker process
"""
