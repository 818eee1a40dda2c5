"""``blemish deploy``."""

from __future__ import annotations

from pathlib import Path


def deploy(run: Path, *, out: Path | None = None) -> None:
    """Write a trained network as one ONNX file, and print how well it agrees with torch.

    Parameters
    ----------
    run
        The run folder that holds the model.
    out
        The folder for model.onnx; without it the model's own, where ``blemish predict --backend onnxruntime`` finds it.
    """
    from blemish.learn import load_model
    from blemish.learn.checkpoint import model_folder
    from blemish.learn.deploy import export_onnx

    folder = model_folder(run)
    exported = export_onnx(load_model(folder, "cpu"), out or folder)
    sizes = ", ".join(f"{count} x {height} x {width}" for count, height, width in exported.sizes)
    print(f"{exported.path}: {exported.path.stat().st_size / 1e6:.1f} MB, any size whose sides are multiples of 32")
    print(f"largest difference of a score to torch, over images of {sizes}: {exported.largest_difference:.2g}")
