"""The panel beside the scene: what is covered in words, and the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.errors import RequestError
from blemish.plan.painted import Painting
from blemish.viewer.colours import MODES, by_defect, paint
from blemish.viewer.draft import in_words, sight_in_words
from blemish.viewer.frame import FramePicture
from blemish.viewer.maps import EVIDENCE
from blemish.viewer.preview import AS_DESIGNED
from blemish.viewer.results import Results

if TYPE_CHECKING:
    from blemish.viewer.window import Window

DEFECTS = "defects"
"""The specimen that is chosen itself, instead of a map on the part as designed."""


class Panel:
    """Shows a window's session in words; every button is one verb of the session."""

    def __init__(self, server: Any, window: Window) -> None:
        self._server, self._window = server, window
        self._quiet = False
        session, gui = window.session, server.gui
        gui.configure_theme(control_width="large", show_logo=False, show_share_button=False)
        gui.main_panel.dock_right()
        self._words = gui.add_markdown("")
        self._mode = gui.add_dropdown("Colour by", (*MODES,), initial_value=MODES[0])
        self._legend = gui.add_html("")
        self._specimen = gui.add_dropdown("Specimen", session.specimens, initial_value=session.specimen)
        self._views = gui.add_checkbox("Show views", initial_value=True)
        self._lights = gui.add_checkbox("Show lights", initial_value=False)
        self.results = Results(server, window)
        with gui.add_folder("View"):
            self._view = gui.add_dropdown("Selected", session.draft.names, initial_value=session.selected)
            self._sight = gui.add_markdown("")
            blank = np.full((96, 128, 3), 235, dtype=np.uint8)
            self._frame = gui.add_image(blank, label="Frame", visible=False)
            self._wrong = gui.add_markdown("", visible=False)
            self._picture = gui.add_image(blank, label="Preview", visible=False)
            self._doing = gui.add_markdown("", visible=False)
            self._render = gui.add_button("Preview what it shows")
            self._through = gui.add_button("Look through it")
            self._add = gui.add_button("Add a view of what I look at")
            self._delete = gui.add_button("Delete view", color="red")
            self._undo = gui.add_button("Undo")
        self._save = gui.add_button("Save plan", color="green")
        self._offer_modes()
        self._connect()

    @property
    def mode(self) -> str:
        """What the part is coloured by."""
        return str(self._mode.value)

    @property
    def shows_views(self) -> bool:
        """Whether all views are drawn, or only the selected one."""
        return bool(self._views.value)

    @property
    def shows_lights(self) -> bool:
        """Whether the outlines of all ring lights are drawn."""
        return bool(self._lights.value)

    def painting(self) -> Painting:
        """Colour the samples, or the patches of the inspection, by what is chosen."""
        session = self._window.session
        if self.mode in self.results.modes():
            return self.results.painting(self.mode)
        return by_defect() if self.mode == DEFECTS else paint(session.draft, self.mode, session.finish_of_region)

    def refresh(self) -> None:
        """Say what is covered now, and what the selected view does for it."""
        session = self._window.session
        state = "\n\n*Not saved yet.*" if session.unsaved else ""
        self._words.content = in_words(session.draft) + state
        self._legend.content = _legend(self.painting())
        self._sight.content = sight_in_words(session.draft, session.selected)
        self.results.refresh(self.mode)
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
        self._picture.visible = picture is not None
        self._doing.visible, self._doing.content = picture is None, f"*{words}*"
        if picture is not None:
            self._picture.image, self._picture.label = picture, words

    def show_frame(self, frame: FramePicture | str | None) -> None:
        """Show the dataset's frame of the view with what the model called there, or say why that cannot be."""
        self._frame.visible, self._wrong.visible = isinstance(frame, FramePicture), isinstance(frame, str)
        if isinstance(frame, FramePicture):
            self._frame.image, self._frame.label = frame.picture, frame.words
        elif frame is not None:
            self._wrong.content = f"**Cannot be shown:** {frame}"

    def tell(self, title: str, body: str, *, wrong: bool = False) -> None:
        """Say something to everyone who looks."""
        for client in self._server.get_clients().values():
            client.add_notification(
                title, body, color="red" if wrong else "green", auto_close_seconds=None if wrong else 8
            )

    def _connect(self) -> None:
        """Tie each control to what it does."""
        window = self._window
        self._mode.on_update(lambda _: self._quiet or (window.do(window.draw_all) and None))
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

        @self._through.on_click
        def _(event: Any) -> None:
            if event.client is not None:
                window.do(lambda: self._look_through(event.client.camera))

    def _look_through(self, eye: Any) -> None:
        """Put the browser's eye where the selected camera stands."""
        session = self._window.session
        pose, camera = session.draft.sight(session.selected).view.world_from_camera, session.draft.bench.camera
        eye.up_direction = -pose.rotation[:, 1]
        eye.position = pose.translation_mm
        eye.look_at = pose.translation_mm + camera.working_distance_mm * pose.rotation[:, 2]

    def _select(self) -> None:
        if self._view.value != self._window.session.selected:
            self._window.select(self._view.value)

    def _delete_view(self) -> None:
        self._window.session.delete(self._window.session.selected)

    def _choose_specimen(self) -> None:
        session = self._window.session
        session.specimen, session.chosen = self._specimen.value, 0
        self._offer_modes()
        self._window.draw_all()
        self._window.look()

    def _offer_modes(self) -> None:
        """Offer what the specimen that is chosen can be coloured by; one just chosen is shown as what it is."""
        session, about = self._window.session, self.results.modes()
        modes = (*MODES, *((DEFECTS,) if session.has_geometry else ()), *about)
        kept = self.mode if self.mode in modes and self.mode not in MODES else MODES[0]
        if session.specimen != AS_DESIGNED and kept in MODES:
            kept = EVIDENCE if EVIDENCE in about else DEFECTS if session.has_geometry else kept
        self._quiet = True
        try:
            self._mode.options = modes
            self._mode.value = kept
        finally:
            self._quiet = False

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
