"""What this package itself offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_layers() -> list[Spec]:
    return [
        Spec("prompt", "llmdl_plugins.layers.prompt:Prompt", "an instruction and a text go in, a text comes out"),
        Spec("fuse", "llmdl_plugins.layers.fuse:Fuse", "several drafts become one answer"),
        Spec(
            "activation", "llmdl_plugins.layers.activation:Activation", "a text becomes a value that fits, or nothing"
        ),
        Spec("norm", "llmdl_plugins.layers.norm:Norm", "texts that mean the same become the same text"),
        Spec("recurrent", "llmdl_plugins.layers.recurrent:Recurrent", "chunk by chunk, with notes of bounded size"),
        Spec("encoder-decoder", "llmdl_plugins.layers.encoder_decoder:EncoderDecoder", "an answer from a short code"),
        Spec("conv", "llmdl_plugins.layers.conv:Conv", "one prompt over every window of a long text"),
        Spec("pool", "llmdl_plugins.layers.pool:Pool", "one text of a list of texts"),
        Spec("score", "llmdl_plugins.layers.score:Score", "how probable each of several choices is"),
        Spec("mlp", "llmdl_plugins.layers.mlp:MLP", "layers of prompts side by side, and one text in the end"),
        Spec(
            "attention",
            "llmdl_plugins.layers.attention:Attention",
            "of many pieces, the few that suit are read",
            requires=("bm25s",),
            extra="retrieval",
        ),
        Spec("gated", "llmdl_plugins.layers.gated:Gated", "a memory of slots that are kept, written or erased"),
        Spec(
            "retrieve",
            "llmdl_plugins.layers.retrieve:Retrieve",
            "documents that suit what is asked",
            requires=("bm25s",),
            extra="retrieval",
        ),
        Spec("buffer-memory", "llmdl_plugins.layers.buffer_memory:BufferMemory", "what came last"),
        Spec("summary-memory", "llmdl_plugins.layers.summary_memory:SummaryMemory", "what came last, and a summary"),
        Spec(
            "vector-memory",
            "llmdl_plugins.layers.vector_memory:VectorMemory",
            "what came last, and what suits it",
            requires=("bm25s",),
            extra="retrieval",
        ),
        Spec("tool", "llmdl_plugins.layers.tool:Tool", "a model that may use tools before it answers"),
        Spec("black-box", "llmdl_plugins.layers.black_box:BlackBox", "code of the user as a frozen layer"),
        Spec("critic", "llmdl_plugins.layers.critic:Critic", "what is wrong with a draft, in words"),
        Spec("rewrite", "llmdl_plugins.layers.rewrite:Rewrite", "what is asked, in words that are easier to answer"),
        Spec("identity", "llmdl_plugins.layers.identity:Identity", "does nothing"),
        Spec(
            "demonstrations",
            "llmdl_plugins.layers.demonstrations:Demonstrations",
            "worked examples in front of what a node reads",
        ),
        Spec(
            "retrieved",
            "llmdl_plugins.layers.retrieved:RetrievedDemonstrations",
            "worked examples that suit the input",
            requires=("bm25s",),
            extra="retrieval",
        ),
    ]


@hookimpl
def llmdl_containers() -> list[Spec]:
    return [
        Spec("sequential", "llmdl_plugins.containers.sequential:Sequential", "layers one after the other"),
        Spec("choice", "llmdl_plugins.containers.choice:Choice", "alternatives, and a parameter that selects one"),
        Spec("optional", "llmdl_plugins.containers.optional:Optional", "a block that may be left out"),
        Spec("skip", "llmdl_plugins.containers.skip:Skip", "which keys of the state a block sees"),
        Spec("stored", "llmdl_plugins.containers.stored:Stored", "keys of the state that outlive a run"),
        Spec("untied", "llmdl_plugins.containers.untied:Untied", "a block with prompts of its own"),
        Spec("encoded", "llmdl_plugins.containers.encoded:Encoded", "a block that reads what another layer has made"),
        Spec("noted", "llmdl_plugins.containers.noted:Noted", "a block that reads notes of another layer too"),
        Spec("vote", "llmdl_plugins.containers.vote:Vote", "one block drawn several times; the majority counts"),
        Spec("multi-head", "llmdl_plugins.containers.multi_head:MultiHead", "several blocks whose answers become one"),
        Spec("windows", "llmdl_plugins.containers.windows:Windows", "one block over every window of a long text"),
        Spec("hierarchy", "llmdl_plugins.containers.hierarchy:Hierarchy", "a tree of answers over a long text"),
        Spec("residual", "llmdl_plugins.containers.residual:Residual", "a change that counts where it is accepted"),
        Spec("refine", "llmdl_plugins.containers.refine:Refine", "an answer criticised and given again"),
        Spec("decompose", "llmdl_plugins.containers.decompose:Decompose", "a question in parts, then the whole"),
        Spec("route", "llmdl_plugins.containers.route:Route", "a router names the block that runs"),
        Spec("mixture", "llmdl_plugins.containers.mixture:Mixture", "a router picks a few of several experts"),
        Spec("cascade", "llmdl_plugins.containers.cascade:Cascade", "the dear block where the cheap one isn't trusted"),
    ]


@hookimpl
def llmdl_losses() -> list[Spec]:
    return [
        Spec("exact_match", "llmdl_plugins.losses.exact_match:ExactMatch", "1 where prediction and expected are equal"),
        Spec("contains", "llmdl_plugins.losses.contains:Contains", "1 where the prediction holds the expected text"),
        Spec("f1", "llmdl_plugins.losses.f1:F1", "overlap of words, from 0 to 1"),
        Spec("numeric", "llmdl_plugins.losses.numeric:Numeric", "1 where the last number is the expected one"),
        Spec("json_match", "llmdl_plugins.losses.json_match:JsonMatch", "share of expected JSON fields that are right"),
        Spec("judge", "llmdl_plugins.losses.judge:Judge", "a model grades the prediction; needs a teacher"),
    ]


@hookimpl
def llmdl_optimizers() -> list[Spec]:
    return [
        Spec(
            "demonstrations",
            "llmdl_plugins.optimizers.demonstrations:DemonstrationSearch",
            "no teacher: plain, static or retrieved worked examples",
        ),
        Spec(
            "textual-gradient",
            "llmdl_plugins.optimizers.textual_gradient:TextualGradient",
            "a teacher rewrites prompts from feedback on failures",
        ),
        Spec(
            "calibration",
            "llmdl_plugins.optimizers.calibration:Calibration",
            "no teacher: how far a model's prior is taken out of its choices",
        ),
        Spec(
            "fragments",
            "llmdl_plugins.optimizers.fragments:FragmentSearch",
            "no teacher: sentences that often help, and hints that train rows give",
        ),
        Spec(
            "rewrites",
            "llmdl_plugins.optimizers.rewrites:Rewrites",
            "a teacher rewrites prompts without any feedback: the control",
        ),
        Spec(
            "alternate",
            "llmdl_plugins.optimizers.alternate:Alternate",
            "prompts and architecture in turns: textual-gradient+portfolio; others as NAME+NAME",
        ),
    ]


@hookimpl
def llmdl_searches() -> list[Spec]:
    return [
        Spec(
            "random", "llmdl_plugins.searches.random_search:RandomSearch", "architectures at random, on the same rows"
        ),
        Spec("evolution", "llmdl_plugins.searches.evolution:Evolution", "children of good ones differ in one choice"),
        Spec("halving", "llmdl_plugins.searches.halving:Halving", "many on a few rows, the better half on more"),
        Spec(
            "portfolio",
            "llmdl_plugins.searches.portfolio:Portfolio",
            "the default: structured; halving without numpy, evolution where the aim is cost",
        ),
        Spec(
            "structured",
            "llmdl_plugins.searches.structured:Structured",
            "what options and pairs of them are worth proposes and ranks",
            requires=("numpy",),
            extra="search",
        ),
    ]


@hookimpl
def llmdl_executors() -> list[Spec]:
    return [
        Spec("local", "llmdl_plugins.run.executor:InProcess", "every run of the application in this process"),
        Spec("processes", "llmdl_plugins.run.workers.processes:Processes", "worker processes on this machine"),
    ]


@hookimpl
def llmdl_commands() -> list[Spec]:
    return [
        Spec(
            "show",
            "llmdl_plugins.cli.show:show",
            "Show nodes, parameters, sizes and what is frozen and why.  Nothing is sent, but by probes.",
        ),
        Spec(
            "doctor",
            "llmdl_plugins.cli.doctor:doctor",
            "Look at rows, noise, power, headroom of prompts and side effects before a run is paid for.",
        ),
        Spec(
            "fit",
            "llmdl_plugins.cli.fit:fit",
            "Train an untouched application, and test on sealed rows whether it got better.",
        ),
        Spec(
            "search",
            "llmdl_plugins.cli.search:search",
            "Search a better architecture for an untouched application, and test on sealed rows whether it is better.",
        ),
        Spec(
            "eval",
            "llmdl_plugins.cli.eval:evaluate",
            "Score an application on rows; for a run, before and after side by side with a paired interval.",
        ),
        Spec(
            "report",
            "llmdl_plugins.cli.report:report",
            "Write the report of a run again, and say what helped.  Nothing of the folder is imported or sent.",
        ),
        Spec("runs", "llmdl_plugins.cli.runs:runs", "List runs and how each ended.  Nothing of a folder is imported."),
        Spec(
            "export",
            "llmdl_plugins.cli.export:export",
            "Export what a run ended with: nothing is handed over unless the sealed test showed a gain.",
        ),
        Spec("models", "llmdl_plugins.cli.models:models", "Local models: list them, or pull the default one."),
        Spec(
            "recipes", "llmdl_plugins.cli.recipes:recipes", "Recipes: list the architectures, show one, or run a study."
        ),
        Spec(
            "plugins", "llmdl_plugins.cli.plugins:plugins", "Plugins: list what is installed, check one, or begin one."
        ),
    ]
