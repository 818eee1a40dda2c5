"""``blemish annotate``."""

from __future__ import annotations

from pathlib import Path


def annotate(
    folder: Path, *, label: tuple[str, ...] = (), host: str = "127.0.0.1", port: int = 8765, browser: bool = True
) -> None:
    """Draw defects on photographs in the browser; saved beside each as labelme JSON with every stroke.

    Parameters
    ----------
    folder
        The photographs.
    label
        A label to choose from, besides those that are in the folder already; may be repeated.
    host
        The address to listen on. Only this machine can reach the one that is preset.
    port
        The port to listen on.
    browser
        Open the page in the browser.
    """
    import threading
    import webbrowser

    from blemish.annotate import Photographs, serve

    photographs = Photographs(folder, label)
    server = serve(photographs, host, port)
    print(f"{len(photographs.names)} photographs; draw at {server.url}")
    if host not in ("127.0.0.1", "localhost", "::1"):
        print("other machines can reach this address: whoever knows it can look and draw")
    print("every stroke is saved as it is drawn; stop with Ctrl-C", flush=True)
    if browser:
        webbrowser.open(server.url)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.shutdown()
        print("\nstopped; everything that was drawn is saved")
