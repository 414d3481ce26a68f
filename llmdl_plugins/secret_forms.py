"""What secrets look like: keys of well-known services, tokens in headers, passwords and keys in addresses.

In each form group 1 stays and group 2 is the secret.  Each begins with letters of its own, which are found fast: nearly
all texts hold no secret, and every text that is stored comes by here.
"""

from __future__ import annotations

import re

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
