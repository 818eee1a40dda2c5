"""``blemish view``."""

from __future__ import annotations

from pathlib import Path


def view(
    study: Path, *, out: Path | None = None, host: str = "127.0.0.1", port: int = 8080, browser: bool = True
) -> None:
    """See a study's plan in the browser: coverage, views, lights; move, add and delete views, and save them.

    Parameters
    ----------
    study
        The study file.
    out
        The run folder; without it ``runs/NAME``.
    host
        The address to listen on. Only this machine can reach the one that is preset.
    port
        The port to listen on; the next free one where it is taken.
    browser
        Open the page in the browser.
    """
    import threading
    import webbrowser

    from blemish.extras import need
    from blemish.study import read_study, run_folder

    need("viser")
    from blemish.viewer import open_session
    from blemish.viewer.window import Window

    file = read_study(study)
    folder = run_folder(file.study, out)
    window = Window(lambda: open_session(file, folder), host, port)
    print(f"{len(window.session.draft.sights)} views of {window.session.path}; look at {window.url}")
    if host not in ("127.0.0.1", "localhost", "::1"):
        print(
            "warning: other machines can reach this: who has the address can look, edit and save; nothing is encrypted"
        )
    print("stop with Ctrl-C", flush=True)
    if browser:
        webbrowser.open(window.url)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        window.close()
        print("\nstopped" + ("; edits that were not saved are gone" if window.session.unsaved else ""))
