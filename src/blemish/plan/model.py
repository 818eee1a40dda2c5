"""What a plan is: viewpoints for one camera and one light, and how much of the part they cover."""

from __future__ import annotations

from dataclasses import dataclass, field

from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.light import Light
from blemish.plan.planning import Planning


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """A place to look from; the light travels with the camera."""

    name: str
    """``v000``, ``v001`` ...: the name of its frames' folder."""
    world_from_camera: Pose


@dataclass(frozen=True, eq=False)
class Plan:
    """Viewpoints in the order in which the cover chose them: the first ones see the most."""

    part_digest: str
    """The part that this plan was made for."""
    camera: Camera
    light: Light
    viewpoints: tuple[Viewpoint, ...]
    coverage: float
    """Fraction of the part's inspected area that at least one viewpoint inspects."""
    inspectable: float
    """Fraction of the inspected area that any candidate could inspect: the most that coverage can be."""
    coverage_by_region: dict[str, float]
    wishes: str = ""
    """Digest of the part and settings that it was made from, where it was planned here: other wishes, another plan."""
    planning: Planning | None = None
    """What was asked for; None if the viewpoints come from elsewhere."""
    asked_coverage: float = 0.0
    """Fraction of the inspectable area that has as many views as were asked for (or can be): what the target is for."""
    bright_coverage: float = 0.0
    """Fraction of the inspected area that at least one viewpoint inspects in a bright field."""
    uninspectable: dict[str, float] = field(default_factory=dict)
    """Fraction of the inspected area that no candidate inspects, by the test that it fails everywhere."""
    asked_by_region: dict[str, float] = field(default_factory=dict)
    """Fraction of each region's inspectable area that has as many views as were asked for there (or can be)."""
    inspected_area_mm2: float = 0.0
    """The area that the fractions are of; 0 where nobody noted it."""
    lower_bound: int = 0
    """No plan that reaches the target with these candidates has fewer views; 0 if nobody asked."""
    edited: bool = False
    """Whether somebody chose, moved or brought views by hand: such a plan is never planned over without asking."""

    @property
    def gap(self) -> float | None:
        """How many more views there are than the bound, as a fraction of it; None without bound or short of target."""
        if self.lower_bound == 0 or self.planning is None or self.asked_coverage < self.planning.target_coverage - 1e-9:
            return None
        return len(self.viewpoints) / self.lower_bound - 1

    def in_words(self) -> str:
        """Say how many views there are, what they cover and what no view can, in a few lines."""
        count, share, bright = len(self.viewpoints), self.coverage, self.bright_coverage
        finding = self.planning.finding if self.planning else None
        has = "of that has the views asked for"
        if finding is not None:
            has = f"of where that is possible finds {finding.in_words()}"
        elif self.planning and self.planning.overlap_mm:
            has += f", of objects of {self.planning.overlap_mm:g} mm whole"
        lines = [
            f"{count} viewpoints inspect {share:.2%} of the area, {bright:.2%} in a bright field",
            f"{self.inspectable:.2%} is inspectable, and {self.asked_coverage:.2%} {has}",
            "by region: " + ", ".join(map(self._region_in_words, self.coverage_by_region)),
        ]
        if self.edited:
            lines[0] += "; views were edited by hand or brought from elsewhere"
        if self.uninspectable:
            reasons = ", ".join(f"{self._area_in_words(share)} {why}" for why, share in self.uninspectable.items())
            lines.append(f"no {'view of it' if self.edited else 'admissible view'} inspects: {reasons}")
        if self.gap is not None:
            lines.append(f"no plan of these candidates has fewer than {self.lower_bound} views (gap {self.gap:.1%})")
        elif self.planning is not None and self.asked_coverage < self.planning.target_coverage:
            lines.append(
                f"the target ({self.planning.target_coverage:.2%} of the inspectable area) is not reached with "
                f"max_views = {self.planning.max_views}"
                + (f"; it needs at least {self.lower_bound} views" if self.lower_bound else "")
            )
        return "\n".join(lines)

    def _region_in_words(self, name: str) -> str:
        told = f"{name} {self.coverage_by_region[name]:.2%}"
        views = self.planning.views_of(name) if self.planning else 1
        return (
            f"{told} ({views} views: {self.asked_by_region[name]:.2%})"
            if views > 1 < len(self.asked_by_region)
            else told
        )

    def _area_in_words(self, share: float) -> str:
        return f"{share:.2%}" + (f" ({share * self.inspected_area_mm2:.3g} mm2)" if self.inspected_area_mm2 else "")
