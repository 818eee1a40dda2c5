"""The window: what viser draws of a session, and what clicks and drags do to it.

Whatever asks the session anything runs on one thread of its own, in the order in which it came: the renderer and the
ray caster belong to one thread, and no two edits cross.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import Any

import numpy as np

from blemish.errors import BlemishError, RequestError
from blemish.frames import Pose
from blemish.plan.painted import Canvas, canvas
from blemish.viewer import draft as drafts
from blemish.viewer.colours import METAL
from blemish.viewer.gate import guarded, new_secret
from blemish.viewer.lights import Mesh, drawing_of, light_lines
from blemish.viewer.panel import DEFECTS, Panel
from blemish.viewer.preview import AS_DESIGNED
from blemish.viewer.session import Session
from blemish.viewer.shapes import coloured_glb, pose_of, quaternion

MOST_TRIANGLES = 200_000
"""Of a map of the inspection: 17 megabytes for the browser."""
CHOSEN, OTHER, REFUSED = (235, 110, 20), (60, 90, 130), (200, 40, 40)
LIT, RING, BODY = (255, 214, 90), (190, 170, 110), (120, 130, 140)


class Window:
    """Serves a session until it is closed."""

    def __init__(self, open_it: Callable[[], Session], host: str = "127.0.0.1", port: int = 8080) -> None:
        import viser

        self._worker = ThreadPoolExecutor(1, "blemish-view")
        self.session = self._worker.submit(open_it).result()
        self._secret = new_secret()
        try:
            with guarded(self._secret), redirect_stdout(StringIO()):  # its banner tells the address in its own way
                self._server = viser.ViserServer(host=host, port=port, label="blemish view", verbose=False)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise RequestError(
                f"{host}:{port}: nothing can be served there ({why}); name another --host or --port"
            ) from None
        self.host, self.port = host, self._server.get_port()
        self._frustums: dict[str, Any] = {}
        self._following: Pose | None = None
        self._lock = threading.Lock()
        part = self.session.draft.bench.part
        self._canvas: Canvas = canvas(part.vertices_mm, part.triangles, self.session.draft.bench.samples)
        self._patches: Canvas | None = None
        self._set_up()
        self.panel = Panel(self._server, self)
        self._gizmo = self._make_gizmo()
        self.do(self.draw_all).result()

    @property
    def url(self) -> str:
        """The page's address, with its secret."""
        return f"http://{self.host}:{self.port}/{self._secret}"

    def close(self) -> None:
        """Stop serving."""
        with redirect_stdout(StringIO()):
            self._server.stop()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def do(self, what: Callable[[], Any]) -> Any:
        """Have something done by the session's thread; what goes wrong is shown in the browser."""

        def told() -> Any:
            try:
                return what()
            except BlemishError as error:
                self.panel.tell("This cannot be done", str(error), wrong=True)
            return None

        done = self._worker.submit(told)
        done.add_done_callback(_bug)
        return done

    def draw_all(self) -> None:
        """Draw the session as it is now."""
        self.draw_part()
        self.draw_views()
        self.panel.refresh()

    def draw_part(self) -> None:
        """Colour the part, or show the specimen that is chosen with its defects."""
        geometry = self.session.geometry() if self.panel.mode == DEFECTS else None
        if geometry is not None:
            from blemish.dataset.ply import colours_of

            painted = coloured_glb(geometry.vertices_mm, geometry.triangles, colours_of(geometry.instance, METAL))
        else:
            places = self._canvas_of(self.panel.mode)
            table = np.vstack([self.panel.painting().colours, [[150, 150, 150]]]).astype(np.uint8)
            painted = coloured_glb(places.vertices_mm, places.triangles, table[places.sample])
        self._server.scene.add_glb("/part", painted, cast_shadow=False, receive_shadow=False)
        self.panel.results.draw()

    def _canvas_of(self, mode: str) -> Canvas:
        """Give the mesh that a map is drawn on: cut to the samples of planning, or to the patches of the inspection."""
        if mode not in self.panel.results.modes():
            return self._canvas
        if self._patches is None:
            assert self.session.inspected is not None
            part = self.session.draft.bench.part
            patches = self.session.inspected.patches
            most = min(MOST_TRIANGLES, 6 * len(patches))
            self._patches = canvas(part.vertices_mm, part.triangles, patches, most)
        return self._patches

    def draw_views(self) -> None:
        """Draw cameras and lights, the selected one with its ring and its gizmo."""
        session, scene = self.session, self._server.scene
        bench, reach = session.draft.bench, self._reach
        for name in set(self._frustums) - set(session.draft.names):
            self._frustums.pop(name).remove()
        for sight in session.draft.sights:
            name, pose = sight.view.name, sight.view.world_from_camera
            handle = self._frustums.get(name) or self._add_frustum(name)
            handle.wxyz, handle.position = quaternion(pose.rotation), pose.translation_mm
            chosen = name == session.selected
            handle.color = REFUSED if sight.refused else CHOSEN if chosen else OTHER
            handle.visible = self.panel.shows_views or chosen
        poses = [view.world_from_camera for view in session.draft.viewpoints] if self.panel.shows_lights else []
        lines = light_lines(bench.light, poses)
        rings = scene.add_line_segments(
            "/lights", lines if len(lines) else np.zeros((1, 2, 3)), RING, thickness=self._reach / 120
        )
        rings.visible = bool(poses)
        pose = session.draft.sight(session.selected).view.world_from_camera
        drawing = drawing_of(bench.light)
        self._add_mesh("/light", drawing.lit, pose, LIT, drawing.opacity)
        if drawing.body is not None:
            self._add_mesh("/light-body", drawing.body, pose, BODY, 0.45)
        ahead = np.array([[[0.0, 0.0, 0.0], [0.0, 0.0, bench.camera.working_distance_mm]]])
        scene.add_line_segments(
            "/sight", ahead, CHOSEN, thickness=reach / 250, wxyz=quaternion(pose.rotation), position=pose.translation_mm
        )
        self._gizmo.wxyz, self._gizmo.position = quaternion(pose.rotation), pose.translation_mm

    def select(self, name: str) -> None:
        """Select a view and show what is to be seen there."""
        self.session.selected = name
        self.draw_views()
        self.panel.refresh()
        self.look()

    def look(self) -> None:
        """Show the dataset's frame of the selected view, and a preview unless its scene would keep everyone waiting."""
        session = self.session
        self.panel.show_frame(session.frame(session.selected))
        if session.specimen == AS_DESIGNED or session.has_scene:
            self.show_preview()
        else:
            self.panel.show_preview(None, f"No preview of {session.specimen} yet; the first takes up to a minute.")

    def show_preview(self) -> None:
        """Render what the selected view shows."""
        name = self.session.selected
        self.panel.show_preview(None, f"Rendering {name} ...")
        self.panel.show_preview(self.session.preview(name), f"Preview of {name}, {self.session.specimen}")

    def edit(self, change: Callable[[], Any]) -> None:
        """Do an edit and draw what came of it; the preview follows once there was one."""
        change()
        self.draw_all()
        if self.session.has_scene:
            self.show_preview()

    @property
    def _reach(self) -> float:
        """How long a frustum is drawn, in millimetres."""
        return 0.15 * self.session.draft.bench.camera.working_distance_mm

    def _set_up(self) -> None:
        """Put light, axes and the first look in place; nothing is fetched from elsewhere."""
        bench = self.session.draft.bench
        scene, first = self._server.scene, self._server.initial_camera
        scene.configure_environment_map(None)
        scene.configure_default_lights(enabled=True, cast_shadow=False)
        scene.add_light_ambient("/ambient", intensity=0.9)
        size = float(np.linalg.norm(bench.part.size_mm))
        away = 1.8 * (size + bench.camera.working_distance_mm)
        first.position = bench.part.centre_mm + away * np.array([0.55, -0.65, 0.52])
        first.look_at, first.near, first.far = bench.part.centre_mm, 1.0, 50 * away
        first.fov = float(np.deg2rad(48.0))

    def _add_frustum(self, name: str) -> Any:
        camera = self.session.draft.bench.camera
        up = camera.height_px / 2 / camera.focal_length_px
        fov, aspect = 2 * float(np.arctan(up)), camera.width_px / camera.height_px
        # The drawing is scaled to a volume, not to a length: this gives it the length that is wanted.
        scale = self._reach * float(np.cbrt(up * up * aspect / 3))
        handle = self._server.scene.add_camera_frustum(
            f"/views/{name}", fov, aspect, scale=scale, thickness=self._reach / 90, variant="filled", cast_shadow=False
        )
        handle.on_click(lambda _event: self.do(lambda: self.select(name)) and None)
        self._frustums[name] = handle
        return handle

    def _add_mesh(self, name: str, mesh: Mesh, pose: Pose, colour: tuple[int, int, int], opacity: float) -> None:
        self._server.scene.add_mesh_simple(
            name, mesh.vertices_mm, mesh.triangles, color=colour, opacity=opacity, side="double", cast_shadow=False,
            wxyz=quaternion(pose.rotation), position=pose.translation_mm,
        )  # fmt: skip

    def _make_gizmo(self) -> Any:
        far = ((-1e5, 1e5),) * 3
        gizmo = self._server.scene.add_transform_controls(
            "/gizmo", scale=2.5 * self._reach, line_width=2.0, translation_limits=far, depth_test=False
        )

        @gizmo.on_update
        async def _(event: Any) -> None:
            self._dragged(event.phase, pose_of(gizmo.wxyz, gizmo.position))

        return gizmo

    def _dragged(self, phase: str, pose: Pose) -> None:
        """Follow the hand: the latest place only, the colours when it lets go."""
        if phase == "start":
            self.do(self.session.mark)
        elif phase == "end":
            self.do(lambda: self.edit(lambda: self.session.follow(pose)))
        else:
            with self._lock:
                idle, self._following = self._following is None, pose
            if idle:
                self.do(self._follow)

    def _follow(self) -> None:
        with self._lock:
            pose, self._following = self._following, None
        if pose is not None:
            self.session.follow(pose)
            name = self.session.selected
            with suppress(KeyError):
                handle = self._frustums[name]
                handle.wxyz, handle.position = quaternion(pose.rotation), pose.translation_mm
            self.panel.refresh()

    def add_facing(self, eye_mm: np.ndarray, wxyz: np.ndarray) -> None:
        """Add a view that looks at what the browser looks at."""
        ahead = pose_of(wxyz, eye_mm).rotation[:, 2]
        pose = drafts.facing(self.session.draft.bench, np.array(eye_mm, dtype=np.float64), ahead)
        self.session.add(pose)
        self.draw_all()
        self.look()


def _bug(done: Future[Any]) -> None:
    """Print what nobody foresaw; a thread would keep it to itself."""
    error = None if done.cancelled() else done.exception()
    if error is not None:
        traceback.print_exception(error)
