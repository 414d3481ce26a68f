"""What this package offers to llmdl.  It is imported whenever plugins are looked for, so it stays small."""

from llmdl_plugins.plugins import Spec, hookimpl


@hookimpl
def llmdl_optimizers():
    return [Spec("hello-shorten", "llmdl_hello.optimizer:Shorten", "leaves out sentences that earn nothing")]


@hookimpl
def llmdl_searches():
    return [Spec("hello-choices", "llmdl_hello.search:Choices", "one choice after the other")]


@hookimpl
def llmdl_layers():
    return [Spec("hello-reminder", "llmdl_hello.layer:Reminder", "a reminder in front of what a layer reads")]


@hookimpl
def llmdl_containers():
    return [Spec("hello-fallback", "llmdl_hello.container:Fallback", "layers that stand in for each other")]


@hookimpl
def llmdl_losses():
    return [Spec("hello-words", "llmdl_hello.loss:Words", "the share of words in common")]


@hookimpl
def llmdl_adapters():
    return [Spec("hello-bot", "llmdl_hello.adapter:adapt", "bots as networks")]


@hookimpl
def llmdl_models():
    return [Spec("hello", "llmdl_hello.model:named", "models that answer in capitals")]


@hookimpl
def llmdl_executors():
    return [Spec("hello-rows", "llmdl_hello.executor:Rows", "so many rows at once")]


@hookimpl
def llmdl_recipes():
    return [Spec("hello-reminded", "llmdl_hello.recipe:reminded", "a node that may be reminded")]


@hookimpl
def llmdl_loggers():
    return [Spec("hello-lines", "llmdl_hello.logger:Lines", "a line for each verdict")]


@hookimpl
def llmdl_commands():
    return [Spec("hello", "llmdl_hello.command:hello", "how a run ended, in one line")]
