"""Learning: a small dataset, a small network, and what it makes of a part that it has not seen.

``python examples/07_learn.py [FOLDER]`` writes ``learned.png``: a frame of the specimen kept for testing, with its
labels in red and what the network calls in blue. Look at what it finds and what it calls in vain after a training of
a minute: better than nothing, and far from what the study ``clutch-small`` reaches with ten times the frames.
"""

from dataclasses import replace

import numpy as np
from course import BLUE, captioned, folder, outlined, save, small_clutch

from blemish.dataset import SplitRule, open_dataset
from blemish.learn import predict, train
from blemish.make import make
from blemish.recipe import Specimens

root = folder() / "learn"
study, part = small_clutch()
recipe = replace(
    study.recipe,
    camera=study.camera,
    plan=replace(study.plan, sample_spacing_mm=3.0, max_views=3, bound_rounds=0, improve_rounds=0),
    specimens=Specimens(correct=0, defective=3),
    split=SplitRule(shares={"train": 1.0, "val": 1.0, "test": 1.0}),
)
made = make(recipe, root / "dataset", part=part)
print(f"{made.frames} frames, {made.shot} of them made now; run this again and none is")

dataset = open_dataset(made.root)
protocol = replace(study.learn, crop_px=96, batch=8, steps_per_epoch=40, max_epochs=4, validation_crops=16)
training = train(protocol, dataset, root / "model")
threshold = training.model.threshold.value
print(f"{training.epochs} epochs, threshold {threshold:.2f}")

frames = dataset.split("test")
called = [predict(training.model, dataset.image(frame)) >= threshold for frame in frames]
for frame, calls in zip(frames, called, strict=True):
    marked = dataset.mask(frame) > 0
    print(
        f"{frame.name}: {calls[marked].mean():.0%} of the labelled pixels called, {calls[~marked].mean():.1%} of others"
    )

best = int(np.argmax([(dataset.mask(frame) > 0).sum() for frame in frames]))
image, mask = np.minimum(dataset.image(frames[best]), 127) * 2, dataset.mask(frames[best])  # twice the exposure
panels = [captioned(outlined(image, mask), "labels"), captioned(outlined(image, called[best], BLUE), "called")]
save(folder() / "learned.png", [panels])
