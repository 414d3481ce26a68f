"""What secrets look like: keys of well-known services, tokens in headers, passwords and keys in addresses.

In each form group 1 stays and group 2 is the secret.  Nearly all texts hold none, and every text that is stored comes
by here: one look by `suspicion` tells those that none of the forms is to be tried on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"()(sk(?<![A-Za-z0-9]sk)(?:-[A-Za-z0-9_-]{16,}|_live_[A-Za-z0-9]{16,}))",
        r"()(A(?<![A-Za-z0-9]A)(?:[KS]IA[A-Z0-9]{16}|Iza[A-Za-z0-9_-]{30,}))",
        r"()(g(?<![A-Za-z0-9]g)(?:h[oprsu]_[A-Za-z0-9]{20,}|ithub_pat_[A-Za-z0-9_]{20,}|lpat-[A-Za-z0-9_-]{16,}))",
        r"()(hf_(?<![A-Za-z0-9]hf_)[A-Za-z0-9]{30,})",
        r"()(xox[abeprs]-[A-Za-z0-9-]{10,})",
        r"()(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})",
        r"()(org-[A-Za-z0-9]{20,})",
        r"(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)([^\"-]{16,})",
        r"(earer )([A-Za-z0-9._~+/=-]{16,})",
        r"(uthorization\\*[\"']?\s{0,3}[:=]\s{0,3}\\*[\"']?(?:[A-Za-z]{1,12} )?)([A-Za-z0-9._~+/=-]{12,})",
        r"(://[^\s/@:\"'\\\[]{0,64}:)([^\s/@\"'\\\[]+)(?=@)",
    )
)
# Of these an address may hold several, one behind the other.
QUERY = re.compile(
    r"(://[^\s\"'\\<>]{1,400}?[?&][\w-]{0,40}(?i:key|token|secret|password|signature)=)([^&\s\"'\\\[<]{8,})"
)

# Every text that one of the forms changes is met by one of these; written for the regular expressions of Rust.
_SUSPECT = (
    r"sk-[A-Za-z0-9_-]{16}|sk_live_",
    r"A[KS]IA[A-Z0-9]{16}|AIza",
    r"gh[oprsu]_|github_pat_|glpat-|hf_[A-Za-z0-9]{30}|xox[abeprs]-|org-[A-Za-z0-9]{20}",
    r"eyJ[A-Za-z0-9_-]{8}",
    r"-----BEGIN ",
    r"earer [A-Za-z0-9._~+/=-]{16}",
    r"uthorization\\*[\"']?[\s\x1c-\x1f]*[:=]",
    r"://[^\s/@:\"'\\\[]*:[^\s/@\"'\\\[]+@",
    r"://[^\s\"'\\<>]*(?i:key|token|secret|password|signature)=",
)
_BEGINNING = 24  # characters of a known text that are looked for


def suspicion(known: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text may hold one of the forms, or one of these texts: a hundredth of the price of trying them all."""
    from pydantic_core import SchemaValidator, core_schema  # the regular expressions of Rust; not loaded on import

    beginnings = {"".join(f"\\x{{{ord(c):x}}}" for c in text[:_BEGINNING]) for text in known if _is_utf8(text)}
    met = SchemaValidator(core_schema.str_schema(pattern="|".join((*_SUSPECT, *sorted(beginnings)))))
    whole = SchemaValidator(core_schema.str_schema(pattern=""))
    # A text with lone surrogates is none for Rust: it is gone through.
    return lambda text: met.isinstance_python(text) or not whole.isinstance_python(text)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
