"""The page's server: for this machine and this folder only.

It listens on the loopback address unless another is named. Every address begins with a secret made at the start, so
other users of the machine do not get in; requests must name the host that the server was told (a page elsewhere whose
name is made to point here names its own), and must not come from another page. Paths are names out of the folder's
list, never paths. Bodies are limited, and errors are answered in words.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from blemish.annotate.folder import ChangedError, Photographs
from blemish.errors import BlemishError, RequestError

MAX_BODY_BYTES = 32 * 2**20

_PAGE = Path(__file__).parent / "page"
_FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "style.css": ("style.css", "text/css; charset=utf-8"),
    **{
        name: (name, "text/javascript; charset=utf-8")
        for name in ("app.js", "canvas.js", "keys.js", "mask.js", "panel.js", "store.js")
    },
}
_SAFETY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """Serves one folder until it is closed; :attr:`url` is what to open."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, photographs: Photographs, host: str = "127.0.0.1", port: int = 8765) -> None:
        if host in ("", "0.0.0.0", "::"):  # noqa: S104 - refused
            raise RequestError(f"{host!r} is every address at once; name the one by which this page will be opened")
        self.photographs = photographs
        self.secret = secrets.token_urlsafe(16)
        self.writing = threading.Lock()
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise RequestError(
                f"{host}:{port}: nothing can be served there ({why}); is another `blemish annotate` "
                "running? Name another --port"
            ) from None
        self.hosts = {f"{name}:{self.server_port}" for name in (host, "localhost" if host == "127.0.0.1" else host)}

    @property
    def url(self) -> str:
        """The page's address, with its secret."""
        return f"http://{self.server_address[0]!s}:{self.server_port}/{self.secret}/"


def serve(photographs: Photographs, host: str = "127.0.0.1", port: int = 8765) -> Server:
    """Serve a folder from a thread of its own; ``close`` with :meth:`Server.shutdown`."""
    server = Server(photographs, host, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "blemish"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Give the page, its files, the list, a photograph and its shapes."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Take the shapes of a photograph."""
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the page tells what matters."""

    def _get(self, path: str, query: dict[str, str]) -> tuple[bytes, str]:
        photographs = self.server.photographs
        if path in _FILES:
            name, kind = _FILES[path]
            return (_PAGE / name).read_bytes(), kind
        if path == "photographs":
            facts = {
                "folder": str(photographs.folder.root.resolve()),
                "photographs": photographs.listing(),
                "labels": photographs.labels,
            }
            return _json(facts)
        if path == "photograph":
            return _json(photographs.opened(query.get("name", "")))
        if path == "picture":
            return photographs.picture(query.get("name", ""), _number(query.get("exposure", "0"))), "image/png"
        raise _RefusedError(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _post(self, path: str, _query: dict[str, str]) -> tuple[bytes, str]:
        if path != "save":
            raise _RefusedError(HTTPStatus.NOT_FOUND, "there is nothing here")
        if self.headers.get("Content-Type") != "application/json" or "Origin" not in self.headers:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "only the page itself may write")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "say how long the body is")
        if int(length) > MAX_BODY_BYTES:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_BODY_BYTES} bytes are refused")
        try:
            asked = json.loads(self.rfile.read(int(length)), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise RequestError("this is not JSON") from None
        if not isinstance(asked, dict) or not all(isinstance(asked.get(key), str) for key in ("name", "version")):
            raise RequestError("name, version and shapes belong here")
        with self.server.writing:
            return _json(self.server.photographs.save(asked["name"], asked["version"], asked.get("shapes")))

    def _answer(self, work: Callable[[str, dict[str, str]], tuple[bytes, str]]) -> None:
        status = HTTPStatus.OK
        try:
            url = urlsplit(self.path)
            body, kind = work(self._admit(url.path), {key: some[-1] for key, some in parse_qs(url.query).items()})
        except _RefusedError as error:
            status, (body, kind) = error.status, _json({"error": str(error)})
        except ChangedError as error:
            status, (body, kind) = HTTPStatus.CONFLICT, _json({"error": str(error)})
        except (BlemishError, ValueError) as error:
            status, (body, kind) = HTTPStatus.BAD_REQUEST, _json({"error": str(error)})
        self.send_response(status)
        for name, value in {**_SAFETY, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _admit(self, path: str) -> str:
        """Let a request in that names this host, comes from no other page and knows the secret; give its path."""
        hosts = self.server.hosts
        origin = self.headers.get("Origin")
        if self.headers.get("Host") not in hosts or (
            origin is not None and origin not in {f"http://{h}" for h in hosts}
        ):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "this is not the address that was told")
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "other pages may not ask here")
        _, secret, rest, *_ = [*path.split("/", 2), "", ""]
        if not secrets.compare_digest(secret.encode(), self.server.secret.encode()):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "open the address that `blemish annotate` printed")
        return rest


class _RefusedError(Exception):
    """A request that is answered with a status of its own."""

    def __init__(self, status: HTTPStatus, what: str) -> None:
        self.status = status
        super().__init__(what)


def _json(value: Any) -> tuple[bytes, str]:
    return json.dumps(value, allow_nan=False).encode(), "application/json"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) <= 8:
        raise RequestError(f"an exposure is a number between -8 and 8, not {text[:40]!r}")
    return number
