"""The panel's chapter on the inspection, and the pins on the part: what the model found and how surely it would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.inspect.surface.on_part import PartObject
from blemish.plan.painted import Painting
from blemish.viewer.findings import in_short, in_words, looking_at, summary
from blemish.viewer.maps import DETECTION, RESULTS, by_detection, paint_result, wishes

if TYPE_CHECKING:
    from blemish.viewer.window import Window

NONE = "none"
CHOSEN, PIN = (235, 110, 20), (40, 40, 45)


class Results:
    """Shows what was inspected; there is nothing of it where the run folder has no inspection."""

    def __init__(self, server: Any, window: Window) -> None:
        self._window, self._scene = window, server.scene
        self._pins: list[Any] = []
        self._quiet = False
        session, gui = window.session, server.gui
        told = wishes(session.inspected.surface.effective if session.inspected else None) or (NONE,)
        with gui.add_folder("Inspection", visible=bool(session.inspected or session.trouble)):
            self._words = gui.add_markdown("")
            self._wish = gui.add_dropdown("Of what", told, initial_value=told[0], visible=False)
            self._list = gui.add_dropdown("Found", (NONE,), visible=False)
            self._object = gui.add_markdown("", visible=False)
            self._shown = gui.add_checkbox("Show pins", initial_value=True, visible=False)
        self._wish.on_update(lambda _: window.do(window.draw_all) and None)
        self._shown.on_update(lambda _: window.do(self.draw) and None)
        self._list.on_update(lambda _: self._quiet or (window.do(self._choose_in_list) and None))

    def modes(self) -> tuple[str, ...]:
        """Name what the part can be coloured by, for the specimen that is chosen."""
        session = self._window.session
        about_all = (DETECTION,) if session.inspected and session.inspected.surface.effective else ()
        return (*(RESULTS if session.maps is not None else ()), *about_all)

    def painting(self, mode: str) -> Painting:
        """Colour the patches by one of :meth:`modes`."""
        session = self._window.session
        assert session.inspected is not None
        surface = session.inspected.surface
        if mode == DETECTION:
            assert surface.effective is not None
            return by_detection(surface.effective, surface.views, self._wish.value)
        assert session.maps is not None
        return paint_result(session.maps, mode)

    def refresh(self, mode: str) -> None:
        """Say what was found on the specimen that is chosen, or what is wrong with that."""
        session = self._window.session
        self._wish.visible = mode == DETECTION
        if session.trouble:
            self._words.content = f"**Cannot be shown:** {session.trouble}"
        elif session.inspected is not None:
            self._words.content = summary(session.inspected, session.specimen)
        lines = (NONE, *(in_short(number, one) for number, one in enumerate(session.found, 1)))
        self._list.visible = self._shown.visible = bool(session.found)
        chosen = self._chosen()
        self._object.visible = chosen is not None
        self._object.content = in_words(session.chosen, chosen) if chosen else ""
        self._quiet = True
        try:
            if tuple(self._list.options) != lines:
                self._list.options = lines
            self._list.value = lines[session.chosen]
        finally:
            self._quiet = False

    def draw(self) -> None:
        """Stick a pin into each object that was found."""
        for pin in self._pins:
            pin.remove()
        self._pins.clear()
        session = self._window.session
        if not (session.found and self._shown.value):
            return
        size = float(np.linalg.norm(session.draft.bench.part.size_mm))
        length = 0.04 * size
        ends = []
        for number, one in enumerate(session.found, 1):
            foot, normal = np.array(one.place_mm), np.array(one.normal)
            ends.append(np.stack([foot, foot + length * normal]))
            chosen = number == session.chosen
            head = self._scene.add_icosphere(
                f"/pins/{number}", (0.011 if chosen else 0.006) * size, CHOSEN if chosen else PIN,
                subdivisions=2, position=foot + length * normal, cast_shadow=False,
            )  # fmt: skip
            head.on_click(lambda _event, number=number: self._window.do(lambda: self.choose(number)) and None)
            self._pins.append(head)
        stems = self._scene.add_line_segments("/pins/stems", np.stack(ends), PIN, thickness=size / 700)
        self._pins.append(stems)

    def choose(self, number: int) -> None:
        """Choose an object and select the view that looks at it most directly."""
        session = self._window.session
        session.chosen = number
        chosen = self._chosen()
        views = looking_at(session.draft, chosen) if chosen else ()
        self.draw()
        if views:
            self._window.select(views[0])
        else:
            self._window.panel.refresh()

    def _choose_in_list(self) -> None:
        number = self._list.options.index(self._list.value)
        if number != self._window.session.chosen:
            self.choose(number)

    def _chosen(self) -> PartObject | None:
        session = self._window.session
        return session.found[session.chosen - 1] if 0 < session.chosen <= len(session.found) else None
