"""Everything that learning needs, as one frozen value; the defaults are the protocol of the source paper.

Where the paper says nothing, or our copy of it cannot be read, the docstring of the field says ``(read as)``. Grey
levels are counted from 0 to 255 whatever the bit depth of the images.
"""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Interval, MinLen, MultipleOf

from blemish.errors import PluginError
from blemish.learn import networks
from blemish.learn.channels import mistakes_in
from blemish.settings import AtLeastOne, Count, Fraction, NotNegative, Positive, settings

Zoom = Annotated[float, Interval(ge=0.25, le=4)]
Side = Annotated[int, Interval(ge=32, le=1024), MultipleOf(32)]


@settings
class Augmentation:
    """How a training crop is varied; every amount is drawn anew for each crop, and zero switches its kind off."""

    rotation_deg: Annotated[float, Interval(ge=0, le=180)] = 30.0
    """Rotated by an angle from minus this to this: 30 for rendered parts, 90 for planar material."""
    flips: bool = True
    """Mirrored left to right and top to bottom, each with probability one half."""
    zoom: tuple[Zoom, Zoom] = (1.0, 1.0)
    """Magnified by a factor from the first to the second, in equal ratios, where what is looked at comes in several
    scales; the paper has none."""
    exposure_stops: NotNegative = 1.0
    """Brightened to f(x) = x 2^a, clipped, with a from 0 to this."""
    blur_kernels_px: Annotated[tuple[Literal[1, 3, 5, 7], ...], MinLen(1)] = (1, 3)
    """Gaussian blur with one of these kernel sizes; 1 leaves the image as it is."""
    noise_variance: NotNegative = 10.0
    """Gaussian noise whose variance, in grey levels squared, is from 0 to this."""
    dark_noise: NotNegative = 5.0
    """Uniform noise from 0 to this many grey levels on what is not lit: the sensor's dark noise (read as)."""

    def __post_init__(self) -> None:
        if self.zoom[0] > self.zoom[1]:
            raise ValueError(f"zoom: {list(self.zoom)} goes from the larger to the smaller; write the smaller first")


@settings
class Protocol:
    """How a network is trained."""

    network: str = "unet"
    """The file in ``learn/networks`` that makes it: ``unet``, ``fcn`` and ``deeplabv3`` are the paper's, ``small`` is
    ours, for processors without a GPU. Or one that another package offers."""
    width: AtLeastOne | None = None
    """Channels of the first level, where the network leaves the choice (``small``); ``None`` is its own default."""
    exposure_stack: Annotated[tuple[float, ...], MinLen(1)] = (0.0,)
    """The network's input channels: f(x) = x 2^a, clipped, for each of these a; the paper's stack is (0, 1, 2)."""
    geometry: tuple[str, ...] = ()
    """Further channels from the CAD model, of the part as designed: ``cosine``, ``depth``, ``curvature``,
    ``region:NAME`` (see ``learn/channels.py``); the dataset needs ``render.geometry = "nominal"``. The paper has
    none."""

    crop_px: Side = 256
    """Side of the square crops that are learned from."""
    lit_threshold: NotNegative = 10.0
    """Above this grey level a pixel counts as lit; a crop is centred on a lit pixel."""
    defect_bias: Fraction = 0.0
    """Share of crops that are centred on a defect instead of on any lit pixel; the paper has none."""
    augmentation: Augmentation = Augmentation()
    """How crops are varied."""
    label: Literal["geometric", "visible"] = "geometric"
    """``geometric`` learns every defect that is in view; ``visible`` passes over pixels whose contrast is below
    ``visible_from``: they count neither as defect nor as correct (see ``learn/labels.py``)."""
    visible_from: NotNegative = 1.0
    """With ``label = "visible"``: the contrast-to-noise ratio from which a pixel counts as visible."""
    label_margin_px: Annotated[int, Interval(ge=0, le=32)] = 0
    """How far labels of rendered frames are grown, as those who mark photographs draw around a defect with a margin.
    The paper has none."""

    batch: AtLeastOne = 16
    """Crops in a training step."""
    learning_rate: Positive = 1e-4
    """AdamW's rate at the start; the paper's grid is 1e-2 and 1e-4 (read as)."""
    fine_tuning_rate: Positive = 1e-5
    """The rate at the start when training goes on from another model's weights (read as)."""
    weight_decay: NotNegative = 1e-4
    """AdamW's decay; the paper's grid is 1e-4 and 1e-6 (read as)."""
    positive_weight: Positive = 1.0
    """How much a defect pixel weighs in the binary cross-entropy against a correct one."""
    schedule: Literal["halving", "cosine"] = "halving"
    """``halving`` halves the rate every ``halve_every_epochs``; ``cosine`` warms up for a twentieth of all steps, then
    falls to zero at ``max_epochs``."""
    halve_every_epochs: AtLeastOne = 50
    """Epochs between two halvings."""
    max_epochs: AtLeastOne = 1000
    """Training ends here if it has not ended before."""
    steps_per_epoch: AtLeastOne | None = None
    """Steps in an epoch; ``None`` is as many as show each training image once."""

    validate_every_epochs: AtLeastOne = 1
    """Epochs between two validations."""
    validation_crops: AtLeastOne | None = None
    """Validate on this many crops, always the same and not varied; ``None`` is the whole validation images."""
    stop_below: Fraction = 0.01
    """A validation whose loss is not lower than the lowest before by this share counts as no progress."""
    stop_after: Count = 5
    """Training stops after this many validations in a row without progress; 0 never stops early."""
    best_by: Literal["f1", "loss"] = "f1"
    """Which epoch's weights are kept: best validation F1 at its own threshold (ties: lower loss), or lowest loss."""
    correct_quantile: Annotated[float, Interval(gt=0, lt=1)] = 0.9999
    """Without defects in the validation images the threshold is this quantile of their scores."""

    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """``auto`` is bf16 where the processor multiplies it natively (see ``learn/precision.py``), else fp32; ``fp16`` is
    for GPUs without bf16, with scaled gradients."""
    compile: bool = False
    """Let ``torch.compile`` fuse the training step; takes a minute before the first one and needs a C++ compiler."""
    seed: int = 0
    """Names all that is drawn: first weights, order, crops and their variation."""

    def __post_init__(self) -> None:
        try:
            networks.is_there(self.network)
            is_fixed = self.width is not None and not networks.has_width(self.network)
        except PluginError as error:
            raise ValueError(f"network: {error}") from None
        if is_fixed:
            raise ValueError(f"width: the network {self.network!r} has a fixed width; leave this out")
        strange = "; ".join(mistakes_in(self.geometry))
        if strange:
            raise ValueError(f"geometry: {strange}")

    @property
    def channels(self) -> int:
        """How many input channels the network has."""
        return len(self.exposure_stack) + len(self.geometry)
