"""A node that may be reminded."""

from llmdl_hello.layer import Reminder
from llmdl_plugins import Choice
from llmdl_plugins.errors import MisuseError, did_you_mean

TEXT = "Check your answer before you give it."


def reminded(network, node=None, source=None):
    """The network with a choice at a node: as it is, which it starts as, or reminded."""
    if node not in network.nodes():
        raise MisuseError(f"No node {node!r}: give --node.{did_you_mean(str(node), network.nodes())}")

    def wrapped(inner):
        return Choice({"as it is": inner, "reminded": Reminder(inner, source, TEXT)})

    return network.variant(wrap={node: wrapped})
