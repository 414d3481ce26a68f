"""What the plugins of this package promise, each as all of its kind do."""

from llmdl_hello.adapter import Bot

from llmdl_plugins.testing.conformance import (
    AdapterCases,
    CommandCases,
    ContainerCases,
    ExecutorCases,
    LayerCases,
    LoggerCases,
    LossCases,
    ModelCases,
    OptimizerCases,
    RecipeCases,
    SearchCases,
)


class TestOptimizer(OptimizerCases):
    name = "hello-shorten"


class TestSearch(SearchCases):
    name = "hello-choices"


class TestLayer(LayerCases):
    name = "hello-reminder"


class TestContainer(ContainerCases):
    name = "hello-fallback"


class TestLoss(LossCases):
    name = "hello-words"


class TestAdapter(AdapterCases):
    name = "hello-bot"

    def application(self, model):
        return Bot(model, "Answer with one word.")


class TestModel(ModelCases):
    name = "hello"


class TestExecutor(ExecutorCases):
    name = "hello-rows"


class TestRecipe(RecipeCases):
    name = "hello-reminded"


class TestLogger(LoggerCases):
    name = "hello-lines"


class TestCommand(CommandCases):
    name = "hello"
