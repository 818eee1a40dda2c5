"""The page's server lets in its own page only, and writes nothing but annotation files of the folder."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import layouts_of_pages as pages
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from blemish.annotate import Photographs, Server, serve
from blemish.annotate.server import MAX_BODY_BYTES
from blemish.errors import BlemishError, ForeignDataError, RequestError


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A folder of one photograph, with a secret beside it."""
    root = tmp_path_factory.mktemp("served")
    (root / "in").mkdir()
    Image.new("L", (60, 40), 90).save(root / "in/a.png")
    Image.new("L", (60, 40), 90).save(root / "secret.png")
    one = serve(Photographs(root / "in"), port=0)
    yield one
    one.shutdown()
    one.server_close()


def ask(server: Server, path: str = "photographs", method: str = "GET", body: bytes = b"", **headers: str) -> int:
    """Send a request as the page would, but for what is changed; give the answer's status."""
    host = f"127.0.0.1:{server.server_port}"
    own = {
        "Host": host,
        "Origin": f"http://{host}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    own |= {name.replace("_", "-"): value for name, value in headers.items()}
    line = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    line.putrequest(method, path if path.startswith("/") else f"/{server.secret}/{path}", skip_host=True)
    for name, value in own.items():
        if value != "absent":
            line.putheader(name, value)
    line.endheaders(body)
    answer = line.getresponse()
    assert answer.getheader("Content-Security-Policy") is not None
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    told = json.loads(answer.read()) if answer.status != 200 else {}
    assert answer.status == 200 or told["error"]
    line.close()
    return answer.status


def body_of(shapes: Any, name: str = "a.png", version: str = "") -> bytes:
    """What the page sends to save."""
    return json.dumps({"name": name, "version": version, "shapes": shapes}).encode()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:80", "Origin": "http://evil.example"}, 403),
        ({"Host": "absent"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"path": "/photographs"}, 403),
        ({"path": "/wrong/photographs"}, 403),
        ({"path": "//photographs"}, 403),
        ({"path": "../../secret.png"}, 404),
        ({"path": "page/../server.py"}, 404),
        ({"path": "photograph?name=../secret.png"}, 400),
        ({"path": "photograph?name=%2e%2e%2fsecret.png"}, 400),
        ({"path": "picture?name=/etc/passwd"}, 400),
        ({"path": "picture?name=a.png&exposure=nan"}, 400),
        ({"path": "picture?name=a.png&exposure=1"}, 200),
        ({"path": "save", "method": "POST", "body": body_of([])[:-3]}, 400),
        ({"path": "save", "method": "POST", "body": b"[1]"}, 400),
        ({"path": "save", "method": "POST", "body": body_of([], "../b.png")}, 400),
        ({"path": "save", "method": "POST", "body": body_of([], version="0" * 64)}, 409),
        ({"path": "save", "method": "POST", "body": body_of([]), "Origin": "absent"}, 403),
        ({"path": "save", "method": "POST", "body": body_of([]), "Content_Type": "text/plain"}, 403),
        ({"path": "save", "method": "POST", "Content_Length": str(MAX_BODY_BYTES + 1)}, 413),
        ({"path": "save", "method": "POST", "Content_Length": "-1"}, 411),
        ({"path": "elsewhere", "method": "POST", "body": b"{}"}, 404),
    ],
)
def test_only_the_page_itself_is_let_in(server: Server, changed: dict[str, Any], status: int) -> None:
    """Another host's name, another page, no secret, a path, too much: refused in words, and nothing is written."""
    before = pages.contents(server.photographs.folder.root.parent)
    assert ask(server, **changed) == status
    assert pages.contents(server.photographs.folder.root.parent) == before


def test_it_listens_on_this_machine_only() -> None:
    """The preset address is the loopback; every address at once is refused."""
    import inspect

    assert inspect.signature(serve).parameters["host"].default == "127.0.0.1"


def test_every_address_at_once_is_refused(server: Server) -> None:
    """Whoever wants others to reach the page names the address; one that is taken is told."""
    with pytest.raises(RequestError, match="every address"):
        serve(server.photographs, host="0.0.0.0")
    with pytest.raises(RequestError, match="--port"):
        serve(server.photographs, port=server.server_port)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """Neither a photograph nor an annotation file that is a link to somewhere else."""
    (tmp_path / "in").mkdir()
    Image.new("L", (6, 4)).save(tmp_path / "secret.png")
    (tmp_path / "in/a.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ForeignDataError, match="leads out"):
        Photographs(tmp_path / "in").opened("a.png")
    (tmp_path / "in/a.png").unlink()
    Image.new("L", (6, 4)).save(tmp_path / "in/a.png")
    (tmp_path / "mine.json").write_text('{"shapes": []}')
    (tmp_path / "in/a.json").symlink_to(tmp_path / "mine.json")
    with pytest.raises(ForeignDataError, match="leads out"):
        Photographs(tmp_path / "in").save("a.png", "", [])
    assert (tmp_path / "mine.json").read_text() == '{"shapes": []}'


def test_what_is_not_understood_is_kept_to_the_letter(tmp_path: Path) -> None:
    """Flags, embedded images, unknown keys and shapes, odd numbers: saved again, the file is the same."""
    Image.new("L", (60, 40), 90).save(tmp_path / "a.png")
    document = pages.strange_document()
    (tmp_path / "a.json").write_text(json.dumps(document))
    photographs = Photographs(tmp_path)
    opened = photographs.opened("a.png")
    shapes = json.loads(json.dumps(opened["shapes"], allow_nan=False))
    for shape in shapes:  # a browser knows no difference between 1 and 1.0
        shape.update(
            {"points": [[int(x) if x == int(x) else x for x in point] for point in shape.get("points", [])]}
            if "points" in shape
            else {}
        )
    photographs.save("a.png", opened["version"], shapes)
    assert repr(json.loads((tmp_path / "a.json").read_text())) == repr(document)
    shapes[0]["label"] = "other"
    photographs.save("a.png", photographs.opened("a.png")["version"], shapes)
    found = json.loads((tmp_path / "a.json").read_text())
    document["shapes"][0]["label"] = "other"
    assert repr(found) == repr(document)


def test_two_that_save_at_once_are_told_apart(tmp_path: Path) -> None:
    """Of many that begin with the same version one wins; the others are told that the file has changed."""
    Image.new("L", (60, 40), 90).save(tmp_path / "a.png")
    one = serve(Photographs(tmp_path), port=0)
    shape = {"label": "x", "shape_type": "polygon", "points": [[1, 1], [9, 1], [5, 8]]}
    answers: list[int] = []
    work = [
        threading.Thread(target=lambda: answers.append(ask(one, "save", "POST", body_of([shape])))) for _ in range(8)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    one.shutdown()
    one.server_close()
    assert sorted(answers) == [200] + [409] * 7


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=8,
)
sent = st.fixed_dictionaries(
    {},
    optional={
        "label": st.one_of(st.just("pit"), anything),
        "shape_type": st.one_of(st.sampled_from(["polygon", "mask", "circle"]), anything),
        "points": st.one_of(st.lists(st.lists(st.floats(), max_size=3), max_size=4), anything),
        "mask": anything,
        "held": st.one_of(st.sampled_from(["{}", "[]", "null", "{", '{"label": 3}']), anything),
    },
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=st.one_of(anything, st.lists(st.one_of(sent, anything), max_size=3)))
def test_whatever_is_sent_is_written_as_labelme_or_refused(tmp_path: Path, shapes: Any) -> None:
    """Any JSON: a file with a list of shapes that opens again, or an error of ours and the file as it was."""
    if not (tmp_path / "a.png").exists():
        Image.fromarray(np.zeros((4, 6), np.uint8)).save(tmp_path / "a.png")
    photographs = Photographs(tmp_path)
    before = photographs.opened("a.png")["version"]
    try:
        photographs.save("a.png", before, shapes)
    except BlemishError:
        assert photographs.opened("a.png")["version"] == before
    else:
        assert isinstance(json.loads((tmp_path / "a.json").read_text())["shapes"], list)
        photographs.opened("a.png")


def test_photographs_that_would_share_a_file_are_told(tmp_path: Path) -> None:
    """Two endings, one stem: whose marks would the file hold? And a folder without photographs is told as well."""
    with pytest.raises(ForeignDataError, match="no photographs"):
        Photographs(tmp_path)
    for name in ("a.png", "a.bmp"):
        Image.new("L", (6, 4)).save(tmp_path / name)
    with pytest.raises(ForeignDataError, match="rename one"):
        Photographs(tmp_path)
