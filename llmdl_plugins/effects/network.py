"""Connections and look-ups: to which host, and whether the user has named it."""

from __future__ import annotations

import ipaddress
import socket
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from llmdl_plugins.effects.effect import Allowed, Effect, matches

# Address → the names that were looked up for it in this process.
_names: dict[str, set[str]] = defaultdict(set)


def connected(args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """`socket.connect`, `socket.sendto`, `socket.sendmsg`: the socket and an address."""
    address = args[1]
    if address is None:  # a datagram on a socket that is connected already
        return None
    if isinstance(address, str | bytes | bytearray):
        return _to_path(address if isinstance(address, str) else bytes(address).decode(errors="replace"), allowed)
    if not isinstance(address, tuple) or len(address) < 2:
        return None
    host, port = str(address[0]).lower().partition("%")[0], address[1]
    names = {host, *_names[host], *(["localhost"] if _is_loopback(host) else [])}
    if any(matches(n, allowed.hosts) or matches(_with(n, port), allowed.hosts) for n in names):
        return None
    told = _with(min(_names[host], default=host), port)
    return Effect(f"connect to {told}", f"--allow-host {told}", is_network=True)


def looked_up(args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """`socket.getaddrinfo`, `socket.gethostbyname`: a name, and for the first a port."""
    host = args[0].decode(errors="replace") if isinstance(args[0], bytes) else args[0]
    if not host or _is_here(host := host.lower().rstrip(".")):
        return None
    if any(matches(host, [pattern, _host_of(pattern)]) for pattern in allowed.hosts):
        return None
    told = _with(host, args[1]) if len(args) > 1 and args[1] else host
    return Effect(f"connect to {told}", f"--allow-host {told}", is_network=True)


def remember_names() -> None:
    """From here on, an address is known by the names that it was looked up by."""
    for name in ("getaddrinfo", "gethostbyname"):
        setattr(socket, name, _remembering(getattr(socket, name)))


def _remembering(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def remembering(host: Any, *args: Any, **kwargs: Any) -> Any:
        found = look_up(host, *args, **kwargs)
        for address in [found] if isinstance(found, str) else [entry[4][0] for entry in found]:
            if isinstance(host, str) and isinstance(address, str):
                _names[address].add(host.lower().rstrip("."))
        return found

    return remembering


def _to_path(path: str, allowed: Allowed) -> Effect | None:
    if matches(path, allowed.hosts):
        return None
    return Effect(f"connect to {path!r}", f"--allow-host {path}", is_network=True)


def _is_here(host: str) -> bool:
    """Whether nobody is asked for this name: the connection that follows is what counts."""
    return host == "localhost" or host == socket.gethostname().lower() or _address(host) is not None


def _is_loopback(host: str) -> bool:
    return bool((address := _address(host)) and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _with(host: str, port: Any) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _host_of(pattern: str) -> str:
    """A pattern without its port."""
    head, colon, port = pattern.rpartition(":")
    return head.strip("[]") if colon and port.isdigit() and (":" not in head or head.startswith("[")) else pattern
