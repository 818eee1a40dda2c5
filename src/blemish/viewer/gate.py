"""Who may talk to the page: whoever knows the secret in its address, and no other page open in the same browser.

viser answers everyone who reaches its port. The server below it asks a hook, ``process_request``, about each request
before anything else happens; viser puts its files there and has no way to put more. So the hook is wrapped while viser
starts, and a viser that starts without passing by here is not served at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from blemish.errors import WorkError

Hook = Callable[[Any, Any], Any]


def new_secret() -> str:
    """Make the part of the address that nobody can guess."""
    return secrets.token_urlsafe(16)


@contextmanager
def guarded(secret: str) -> Iterator[None]:
    """Make the server that viser starts in this block ask for a secret; :class:`WorkError` if it starts otherwise."""
    from websockets.asyncio import server

    plain, passed = server.serve, []

    def serve(*args: Any, process_request: Hook | None = None, **named: Any) -> Any:
        passed.append(True)
        return plain(*args, process_request=_behind(secret, process_request), **named)

    setattr(server, "serve", serve)  # noqa: B010 - an assignment would claim to define the module's function anew
    try:
        yield
    finally:
        setattr(server, "serve", plain)  # noqa: B010
    if not passed:
        raise WorkError("this version of viser starts its server in a way that cannot be guarded; install viser 1.1")


def may_pass(path: str, host: str, origin: str | None, secret: str, *, socket: bool) -> str | None:
    """Give what a request asks for behind the secret, or None if it may not come in.

    A socket is opened by the page itself only: its ``Origin`` is the host that it talks to. Other pages have their own,
    which the browser does not let them change.
    """
    _, first, *rest = path.partition("?")[0].split("/", 2) if path.startswith("/") else ("", "")
    if not secrets.compare_digest(first.encode(), secret.encode()):
        return None
    if (socket or origin is not None) and origin not in (f"http://{host}", f"https://{host}"):
        return None
    return f"/{''.join(rest)}"


def _behind(secret: str, hook: Hook | None) -> Hook:
    def admit(connection: Any, request: Any) -> Any:
        headers = request.headers
        socket = "upgrade" in headers
        asked = may_pass(request.path, headers.get("Host", ""), headers.get("Origin"), secret, socket=socket)
        if asked is None:
            return connection.respond(HTTPStatus.FORBIDDEN, "open the address that `blemish view` printed\n")
        return hook(connection, replace(request, path=asked)) if hook else None

    return admit
