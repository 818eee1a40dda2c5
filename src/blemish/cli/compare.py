"""``blemish compare``."""

from __future__ import annotations

from pathlib import Path


def compare(table: Path, *, out: Path | None = None, device: tuple[str, ...] = ()) -> None:
    """Fill a transfer table: sources by networks, plain, fine-tuned and with the exposure stack, on one target.

    Run it again to go on where it stopped: finished cells are kept.

    Parameters
    ----------
    table
        The table's file; studies/transfer.toml is one.
    out
        The folder for the table and its cells; without it ``runs/NAME``.
    device
        cpu, cuda, cuda:0 ...; may be repeated: cells are trained side by side. Without it every GPU, or the processor.
    """
    from blemish.cli.progress import progress
    from blemish.evaluate import transfer_table
    from blemish.evaluate.comparison import compare as fill
    from blemish.evaluate.transfer import read_table
    from blemish.learn.devices import all_devices
    from blemish.report.transfer import write_page

    file = read_table(table)
    folder = out or Path("runs") / file.table.name
    with progress("cells") as advance:
        comparison = fill(file, folder, advance, devices=device or all_devices())
    print(transfer_table.as_text(transfer_table.grid_of(comparison)))
    print(f"per cent, pixel by pixel, on {comparison.cells[0].evaluation.images} frames; * the best of its network")
    print(f"{folder}: table.md, table.tex, table.json; {write_page(comparison)}")
