"""The panel beside the scene: what is covered in words, and the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.errors import RequestError
from blemish.plan.painted import Painting
from blemish.viewer.colours import MODES, paint
from blemish.viewer.draft import in_words, sight_in_words

if TYPE_CHECKING:
    from blemish.viewer.window import Window


class Panel:
    """Shows a window's session in words; every button is one verb of the session."""

    def __init__(self, server: Any, window: Window) -> None:
        self._server, self._window = server, window
        self._quiet = False
        session, gui = window.session, server.gui
        gui.configure_theme(control_width="large", show_logo=False, show_share_button=False)
        gui.main_panel.dock_right()
        self._words = gui.add_markdown("")
        self._mode = gui.add_dropdown("Colour by", MODES, initial_value=MODES[0])
        self._legend = gui.add_html("")
        self._specimen = gui.add_dropdown("Specimen", session.specimens, initial_value=session.specimen)
        self._views = gui.add_checkbox("Show views", initial_value=True)
        self._lights = gui.add_checkbox("Show lights", initial_value=False)
        with gui.add_folder("View"):
            self._view = gui.add_dropdown("Selected", session.draft.names, initial_value=session.selected)
            self._sight = gui.add_markdown("")
            self._picture = gui.add_image(np.full((96, 128, 3), 235, dtype=np.uint8), label="Preview")
            self._render = gui.add_button("Preview")
            self._add = gui.add_button("Add a view of what I look at")
            self._delete = gui.add_button("Delete view", color="red")
            self._undo = gui.add_button("Undo")
        self._save = gui.add_button("Save plan", color="green")
        self._connect()

    @property
    def shows_views(self) -> bool:
        """Whether all views are drawn, or only the selected one."""
        return bool(self._views.value)

    @property
    def shows_lights(self) -> bool:
        """Whether the outlines of all ring lights are drawn."""
        return bool(self._lights.value)

    def painting(self) -> Painting:
        """Colour the samples by what is chosen."""
        session = self._window.session
        return paint(session.draft, self._mode.value, session.finish_of_region)

    def refresh(self) -> None:
        """Say what is covered now, and what the selected view does for it."""
        session = self._window.session
        state = "\n\n*Not saved yet.*" if session.unsaved else ""
        self._words.content = in_words(session.draft) + state
        self._legend.content = _legend(self.painting())
        self._sight.content = sight_in_words(session.draft, session.selected)
        self._quiet = True  # what is set here is no wish of the user's
        try:
            if tuple(self._view.options) != session.draft.names:
                self._view.options = session.draft.names
            self._view.value = session.selected
        finally:
            self._quiet = False
        self._undo.disabled = not session.before
        self._save.disabled = not session.unsaved

    def show_preview(self, picture: np.ndarray | None, words: str) -> None:
        """Show what a view shows, or that it is on its way."""
        if picture is not None:
            self._picture.image = picture
        self._picture.label = words

    def tell(self, title: str, body: str, *, wrong: bool = False) -> None:
        """Say something to everyone who looks."""
        for client in self._server.get_clients().values():
            client.add_notification(
                title, body, color="red" if wrong else "green", auto_close_seconds=None if wrong else 8
            )

    def _connect(self) -> None:
        """Tie each control to what it does."""
        window = self._window
        self._mode.on_update(lambda _: window.do(window.draw_all) and None)
        for box in (self._views, self._lights):
            box.on_update(lambda _: window.do(window.draw_views) and None)
        self._specimen.on_update(lambda _: window.do(self._choose_specimen) and None)
        self._view.on_update(lambda _: self._quiet or (window.do(self._select) and None))
        self._render.on_click(lambda _: window.do(window.show_preview) and None)
        self._delete.on_click(lambda _: window.do(lambda: window.edit(self._delete_view)) and None)
        self._undo.on_click(lambda _: window.do(lambda: window.edit(window.session.undo)) and None)
        self._save.on_click(lambda _: window.do(self._save_plan) and None)

        @self._add.on_click
        def _(event: Any) -> None:
            if event.client is None:
                raise RequestError("nobody is looking")
            eye, turn = np.array(event.client.camera.position), np.array(event.client.camera.wxyz)
            window.do(lambda: window.add_facing(eye, turn))

    def _select(self) -> None:
        if self._view.value != self._window.session.selected:
            self._window.select(self._view.value)

    def _delete_view(self) -> None:
        self._window.session.delete(self._window.session.selected)

    def _choose_specimen(self) -> None:
        self._window.session.specimen = self._specimen.value
        self._window.draw_part()
        self._window.show_preview()

    def _save_plan(self) -> None:
        words = self._window.session.save()
        self.refresh()
        self.tell("Saved", f"{words.splitlines()[0]}. {self._window.session.path}")


def _legend(painting: Painting) -> str:
    swatch = '<span style="display:inline-block;width:.9em;height:.9em;margin-right:.35em;background:rgb{}"></span>'
    told = (
        f'<span style="margin-right:.9em;white-space:nowrap">{swatch.format(c)}{_plain(text)}</span>'
        for text, c in painting.legend
    )
    return f'<div style="font-size:.8em;line-height:1.7;padding:0 .8em">{" ".join(told)}</div>'


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
