"""What this package offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_doors() -> list[Spec]:
    """A door for each SDK; none of them imports it."""
    return [
        Spec("openai", "llmdl_sdks.doors:openai", "chat.completions and responses of the openai SDK"),
        Spec("anthropic", "llmdl_sdks.doors:anthropic", "messages of the anthropic SDK"),
        Spec("google-genai", "llmdl_sdks.doors:google_genai", "generate_content of the google-genai SDK"),
    ]
