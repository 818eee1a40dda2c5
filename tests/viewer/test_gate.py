"""Only the page that was opened with the secret talks to the viewer."""

from __future__ import annotations

import http.client

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blemish.errors import WorkError
from blemish.viewer.gate import guarded, may_pass, new_secret

SECRET = "a-Secret_1"
HOST = "127.0.0.1:8080"


def test_the_page_and_its_socket_may_pass() -> None:
    """The page is asked for without an origin, its socket by the page itself; the secret is taken off the path."""
    assert may_pass(f"/{SECRET}", HOST, None, SECRET, socket=False) == "/"
    assert may_pass(f"/{SECRET}/a/b?c=d", HOST, None, SECRET, socket=False) == "/a/b"
    assert may_pass(f"/{SECRET}", HOST, f"http://{HOST}", SECRET, socket=True) == "/"


@given(st.text(max_size=20))
def test_no_other_path_passes(path: str) -> None:
    """Whatever does not begin with the secret is turned away, and nothing that is sent makes the check fail."""
    for asked in (path, f"/{path}", f"//{SECRET}", f"/x{SECRET}/"):
        if asked.split("?")[0].split("/")[1:2] != [SECRET]:
            assert may_pass(asked, HOST, None, SECRET, socket=False) is None


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:9999", f"ftp://{HOST}", ""])
def test_a_socket_from_another_page_is_refused_even_with_the_secret(origin: str | None) -> None:
    """A page elsewhere, a file, another port, or no page at all: the browser tells, and none is let in."""
    assert may_pass(f"/{SECRET}", HOST, origin, SECRET, socket=True) is None


def test_viser_answers_only_behind_the_secret() -> None:
    """The real server gives the page with the secret alone, and upgrades no socket of another origin."""
    viser = pytest.importorskip("viser", reason="the viewer needs viser")
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    secret = new_secret()
    with guarded(secret):
        server = viser.ViserServer(host="127.0.0.1", port=0, verbose=False)
    port = server.get_port()
    try:
        assert (_status(port, "/"), _status(port, "/index.html"), _status(port, "/wrong")) == (403, 403, 403)
        assert _status(port, f"/{secret}") == 200
        own = f"http://127.0.0.1:{port}"
        protocol = f"viser-v{viser.__version__}"
        for path, origin in ((secret, "http://evil.example"), (secret, None), ("", own), ("wrong", own)):
            with pytest.raises(InvalidStatus, match="403"):
                connect(f"ws://127.0.0.1:{port}/{path}", origin=origin, subprotocols=[protocol])  # type: ignore[arg-type, list-item]
        with connect(f"ws://127.0.0.1:{port}/{secret}", origin=own, subprotocols=[protocol]) as socket:  # type: ignore[arg-type, list-item]
            assert socket.recv(timeout=30)
    finally:
        server.stop()


def test_a_server_that_does_not_pass_the_gate_is_refused() -> None:
    """If the library started its server another way, nothing would be guarded: that is an error, not a silence."""
    with pytest.raises(WorkError, match="cannot be guarded"), guarded(SECRET):
        pass


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status
