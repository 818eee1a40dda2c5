"""What Dr.Jit is given: by chance or not, one and the same compiled program reads it."""

from __future__ import annotations

import numpy as np
import pytest
from builders import rod
from hypothesis import given
from hypothesis import strategies as st

from blemish.engine import RayCaster, aligned
from blemish.engine.memory import ALIGNMENT


@given(
    shape=st.lists(st.integers(0, 40), max_size=3).map(tuple),
    held=st.sampled_from(["f4", "f8", "i4", "i8", "?"]),
    kind=st.sampled_from([np.float32, np.uint32]),
)
def test_aligned_values_are_the_values_at_a_round_address(shape: tuple[int, ...], held: str, kind: type) -> None:
    """Whatever the shape and the kind of number, nothing changes but the place, and the copy is its own."""
    values = np.array(np.arange(np.prod(shape, dtype=int)).reshape(shape) % 100, dtype=held)
    made = aligned(values.T, kind)
    assert made.dtype == kind
    assert made.flags.c_contiguous
    assert not made.size or made.ctypes.data % ALIGNMENT == 0
    assert not np.shares_memory(made, values)
    np.testing.assert_array_equal(made, values.T)


@pytest.mark.parametrize("by_index", [False, True], ids=["written", "named"])
def test_no_number_of_rays_compiles_a_program_of_its_own(by_index: bool) -> None:
    """Rays of another number, from arrays that lie elsewhere, are cast by the program that is there."""
    part = rod()
    caster = RayCaster(part.vertices_mm, part.triangles)
    import drjit as dr

    rng = np.random.default_rng(0)
    dr.set_flag(dr.JitFlag.KernelHistory, True)
    programs, kept = [], []
    try:
        for count in (500, 333, 1234, 77):
            points, targets = rng.uniform(-15, 25, (count, 3)), rng.uniform(-80, 80, (count, 3))
            kept += [points, targets]  # so that the next ones lie elsewhere
            order = rng.permutation(count) if by_index else None
            dr.kernel_history_clear()
            caster.first_hit(points, targets - points)
            caster.occluded(points, targets, 1e-3, point_of=order, target_of=order)
            programs.append({one["hash"] for one in dr.kernel_history() if one["type"] == dr.KernelType.JIT})
    finally:
        dr.set_flag(dr.JitFlag.KernelHistory, False)
    assert programs[0]
    assert all(one == programs[0] for one in programs)
