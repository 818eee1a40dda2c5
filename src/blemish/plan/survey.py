"""What can be seen of a part from where, before anything is chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.errors import PlanError
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates, Caster, propose
from blemish.plan.clearance import why_not
from blemish.plan.light import Light
from blemish.plan.planning import Planning
from blemish.plan.samples import Samples, inspected_regions, sample_surface
from blemish.plan.visibility import REASONS, Advance, Visibility, see

MOST_PAIRS = 10_000_000_000
"""Bits in a visibility matrix: more would take over a gigabyte each."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What can be seen from where, before anything is chosen: the samples, the candidates, and who inspects what."""

    part: Part
    camera: Camera
    light: Light
    planning: Planning
    samples: Samples
    candidates: Candidates
    visibility: Visibility


def survey(
    part: Part,
    camera: Camera,
    light: Light,
    planning: Planning,
    seed: int,
    *,
    caster: Caster | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Survey:
    """Find out which admissible candidate inspects which sample of the surface; raises as :func:`make_plan` does."""
    check(camera, light, planning)
    inspected_regions(part, tuple(planning.views_per_region))
    caster = caster or engine_caster(part)
    samples = sample_surface(part, planning.sample_spacing_mm, planning.regions, seed)
    proposed = propose(part, samples, camera, planning, caster=caster, seed=seed)
    fewest = fewest_views(part, camera, planning)
    more = f", more than max_views = {planning.max_views}" if fewest > planning.max_views else ""
    note = f"for {len(samples)} samples; a plan needs at least {fewest} views{more}"
    advance(0, len(proposed), note)
    reasons = why_not(part, proposed, light, planning)
    if reasons.all():
        raise PlanError(_none_admitted(part, camera, light, planning, reasons))
    candidates = proposed.take(reasons == "")
    if len(candidates) * len(samples) > MOST_PAIRS:
        enough_mm = planning.sample_spacing_mm * np.sqrt(len(candidates) * len(samples) / MOST_PAIRS)
        raise PlanError(
            f"{len(candidates)} candidate viewpoints and {len(samples)} samples are too many to compare: raise "
            f"sample_spacing_mm from {planning.sample_spacing_mm:g} to at least {1.05 * enough_mm:.2g}, or the "
            "spacing_mm of the candidates; or name in regions only what matters"
        )
    visibility = see(
        samples,
        candidates,
        camera,
        light,
        planning,
        caster=caster,
        advance=lambda done, total, _: advance(done, total, note),
    )
    if not visibility.packed.any():
        raise PlanError(_nothing_seen(visibility, samples, camera, planning))
    return Survey(part, camera, light, planning, samples, candidates, visibility)


def fewest_views(part: Part, camera: Camera, planning: Planning) -> int:
    """Give how many views there must be, if all that is to be inspected can be; a plan will need more.

    A pixel shows at most the square of its size at the farthest sharp depth, over the cosine of the steepest angle, and
    no surface that is coarser than ``min_px_per_mm``.
    """
    pixel_mm = camera.sharp_depths_mm(planning.max_blur_px)[1] / camera.focal_length_px
    shown_mm2 = pixel_mm**2 / np.cos(np.deg2rad(planning.max_angle_deg))
    if planning.min_px_per_mm:
        shown_mm2 = min(shown_mm2, pixel_mm / planning.min_px_per_mm, planning.min_px_per_mm**-2)
    pixels = (camera.width_px - 2 * planning.border_px) * (camera.height_px - 2 * planning.border_px)
    views = np.zeros(len(part.regions))
    for region in inspected_regions(part, planning.regions):
        views[region] = planning.views_of(part.regions[region].name)
    wanted_mm2 = planning.target_coverage * float((part.areas_mm2 * views[part.region_of_triangle]).sum())
    return max(1, int(np.ceil(wanted_mm2 / (pixels * shown_mm2))))


def engine_caster(part: Part) -> Caster:
    """Give the engine's own ray caster for a part."""
    from blemish.engine.rays import RayCaster

    return RayCaster(part.vertices_mm, part.triangles)


def check(camera: Camera, light: Light, planning: Planning) -> None:
    """Raise :class:`PlanError` with everything that rules out any plan, whatever the part."""
    wrong = mistakes(camera, light, planning)
    if wrong:
        raise PlanError("; ".join(wrong))


def mistakes(camera: Camera, light: Light, planning: Planning) -> list[str]:
    """Say everything in camera, light and wishes that rules out any plan, whatever the part."""
    wrong = list(light.contradictions(camera))
    nearest_mm, _ = camera.sharp_depths_mm(planning.max_blur_px)
    finest = camera.focal_length_px / nearest_mm
    if finest < planning.min_px_per_mm:
        wrong.append(
            f"min_px_per_mm = {planning.min_px_per_mm:g} is more than the camera gives where it is sharp "
            f"({finest:.3g} px/mm): lower it, move nearer (working_distance_mm) or take a longer focal_length_mm"
        )
    if 2 * planning.border_px >= min(camera.width_px, camera.height_px):
        wrong.append(
            f"border_px = {planning.border_px} leaves nothing of an image of {camera.width_px} x {camera.height_px} px"
        )
    return wrong


def _none_admitted(part: Part, camera: Camera, light: Light, planning: Planning, reasons: np.ndarray) -> str:
    found = ", ".join(
        f"{count} {reason}" for reason, count in zip(*np.unique(reasons, return_counts=True), strict=True)
    )
    size = " x ".join(f"{edge:.4g}" for edge in part.size_mm)
    return (
        f"none of {len(reasons)} candidate viewpoints may be used: {found}. The working distance is "
        f"{camera.working_distance_mm:g} mm, the ring reaches {light.outer_radius_mm:g} mm from the axis and "
        f"{light.offset_mm:g} mm forward, the clearance is {planning.clearance_mm:g} mm, the part measures {size} mm: "
        "raise working_distance_mm, or take a smaller ring, less clearance_mm or wider limits"
    )


def _nothing_seen(visibility: Visibility, samples: Samples, camera: Camera, planning: Planning) -> str:
    area = np.bincount(visibility.furthest, weights=samples.area_mm2, minlength=len(REASONS) + 1)
    shares = ", ".join(f"{share:.0%} {why}" for why, share in zip(REASONS, area / area.sum(), strict=False) if share)
    near, far = camera.sharp_depths_mm(planning.max_blur_px)
    return (
        f"none of {len(visibility)} admissible viewpoints inspects anything; of the area, {shares}. Sharp is what lies "
        f"{near:.1f} to {far:.1f} mm from the lens, the limits are max_angle_deg = {planning.max_angle_deg:g}, "
        f"min_px_per_mm = {planning.min_px_per_mm:g}, max_blur_px = {planning.max_blur_px:g}: loosen the one that fails"
    )
