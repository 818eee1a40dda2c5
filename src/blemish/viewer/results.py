"""The panel's chapter on the inspection, and the pins on the part: what the model found and how surely it would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.plan.painted import Painting
from blemish.viewer.findings import Finding, in_words, summary, views_of
from blemish.viewer.maps import DETECTION, RESULTS, by_detection, paint_result

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
        sizes = session.inspected.sizes_mm if session.inspected else ()
        with gui.add_folder("Inspection", visible=bool(session.inspected or session.trouble)):
            self._words = gui.add_markdown("")
            told = tuple(f"{size:.3g} mm" for size in sizes) or (NONE,)
            self._size = gui.add_dropdown("Defect size", told, initial_value=told[len(told) // 2], visible=False)
            self._list = gui.add_dropdown("Found", (NONE,), visible=False)
            self._finding = gui.add_markdown("", visible=False)
            self._shown = gui.add_checkbox("Show pins", initial_value=True, visible=False)
        self._size.on_update(lambda _: window.do(window.draw_all) and None)
        self._shown.on_update(lambda _: window.do(self.draw) and None)
        self._list.on_update(lambda _: self._quiet or (window.do(self._choose_in_list) and None))

    def modes(self) -> tuple[str, ...]:
        """Name what the part can be coloured by, for the specimen that is chosen."""
        session = self._window.session
        about_all = (DETECTION,) if session.inspected is not None and len(session.inspected.sizes_mm) else ()
        return (*(RESULTS if session.found().result is not None else ()), *about_all)

    def painting(self, mode: str) -> Painting:
        """Colour the patches by one of :meth:`modes`."""
        session = self._window.session
        result = session.found().result
        assert session.inspected is not None
        if mode == DETECTION:
            return by_detection(session.inspected, self._size.options.index(self._size.value))
        assert result is not None
        return paint_result(result, mode)

    def refresh(self, mode: str) -> None:
        """Say what was found on the specimen that is chosen, or what is wrong with that."""
        session = self._window.session
        found = session.found()
        trouble = session.trouble or found.trouble
        self._size.visible = mode == DETECTION
        if trouble:
            self._words.content = f"**Cannot be shown:** {trouble}"
        elif found.result is None or session.inspected is None:
            self._words.content = "Choose a specimen that was inspected to see what was found on it."
        else:
            self._words.content = summary(session.inspected, found.result, found.findings)
        lines = (NONE, *(finding.in_short for finding in found.findings))
        self._list.visible = self._shown.visible = bool(found.findings)
        chosen = self._chosen()
        self._finding.visible = chosen is not None
        self._finding.content = in_words(chosen, session.draft) if chosen else ""
        self._quiet = True
        try:
            if tuple(self._list.options) != lines:
                self._list.options = lines
            self._list.value = lines[session.chosen]
        finally:
            self._quiet = False

    def draw(self) -> None:
        """Stick a pin into the middle of each finding."""
        for pin in self._pins:
            pin.remove()
        self._pins.clear()
        session = self._window.session
        findings = session.found().findings if self._shown.value else ()
        if not findings:
            return
        size = float(np.linalg.norm(session.draft.bench.part.size_mm))
        length = 0.04 * size
        ends = []
        for finding in findings:
            foot, normal = np.array(finding.place_mm), np.array(finding.normal)
            ends.append(np.stack([foot, foot + length * normal]))
            chosen = finding.number == session.chosen
            head = self._scene.add_icosphere(
                f"/pins/{finding.number}", (0.011 if chosen else 0.006) * size, CHOSEN if chosen else PIN,
                subdivisions=2, position=foot + length * normal, cast_shadow=False,
            )  # fmt: skip
            head.on_click(lambda _event, number=finding.number: self._window.do(lambda: self.choose(number)) and None)
            self._pins.append(head)
        stems = self._scene.add_line_segments("/pins/stems", np.stack(ends), PIN, thickness=size / 700)
        self._pins.append(stems)

    def choose(self, number: int) -> None:
        """Choose a finding and select the view that looks at it most directly."""
        session = self._window.session
        session.chosen = number
        finding = self._chosen()
        views = views_of(session.draft, finding) if finding else ()
        self.draw()
        if views:
            self._window.select(views[0])
        else:
            self._window.panel.refresh()

    def _choose_in_list(self) -> None:
        number = self._list.options.index(self._list.value)
        if number != self._window.session.chosen:
            self.choose(number)

    def _chosen(self) -> Finding | None:
        session = self._window.session
        findings = session.found().findings
        return findings[session.chosen - 1] if 0 < session.chosen <= len(findings) else None
