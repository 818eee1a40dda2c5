"""Writing a solid as STEP AP242 with a colour on each face: what the scripts that author built-in parts share."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from build123d import Face
from OCP.Interface import Interface_Static
from OCP.Quantity import Quantity_Color, Quantity_TypeOfColor
from OCP.STEPCAFControl import STEPCAFControl_Writer
from OCP.STEPControl import STEPControl_StepModelType
from OCP.TCollection import TCollection_ExtendedString
from OCP.TDataStd import TDataStd_Name
from OCP.TDocStd import TDocStd_Document
from OCP.TopoDS import TopoDS_Shape
from OCP.XCAFDoc import XCAFDoc_ColorType, XCAFDoc_DocumentTool

BUILTIN = Path(__file__).parent.parent / "src" / "blemish" / "part" / "builtin"


def write_builtin(body: Any, named: Mapping[str, Sequence[Face]], file: str, product: str, day: str) -> None:
    """Write a built-in part whose faces have names, and say how large they are."""
    assert body.is_valid
    path = BUILTIN / file
    write_step(body.wrapped, [(name, face) for name, faces in named.items() for face in faces], path, product, day)
    print(f"{len(body.faces())} faces, {body.volume:.1f} mm3, {path.stat().st_size // 1000} kB")
    for name, faces in sorted(named.items()):
        print(f"  {name:10s} {len(faces):3d} faces {sum(face.area for face in faces):8.1f} mm2")


def write_step(shape: TopoDS_Shape, painted: Iterable[tuple[str, Face]], path: Path, product: str, day: str) -> None:
    """Write a shape whose faces have the colours that the table beside ``path`` gives to their names.

    The header of a STEP file says when and where it was written; ``day`` (2026-11-22) and the file's name stand there
    instead, so that the same script gives the same bytes.
    """
    table = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))["colours"]
    document = TDocStd_Document(TCollection_ExtendedString("XmlOcaf"))
    shapes = XCAFDoc_DocumentTool.ShapeTool_s(document.Main())
    colours = XCAFDoc_DocumentTool.ColorTool_s(document.Main())
    label = shapes.AddShape(shape, makeAssembly=False)
    TDataStd_Name.Set_s(label, TCollection_ExtendedString(product))
    for name, face in painted:
        colour = Quantity_Color(*table[name], Quantity_TypeOfColor.Quantity_TOC_sRGB)
        colours.SetColor(shapes.AddSubShape(label, face.wrapped), colour, XCAFDoc_ColorType.XCAFDoc_ColorSurf)
    writer = STEPCAFControl_Writer()
    Interface_Static.SetCVal_s("write.step.schema", "AP242DIS")
    Interface_Static.SetCVal_s("write.step.product.name", product)
    writer.Transfer(document, STEPControl_StepModelType.STEPControl_AsIs)
    writer.Write(str(path))
    text = path.read_text(encoding="latin-1")
    header = f"FILE_NAME('{path.name}','{day}T00:00:00'"
    path.write_text(re.sub(r"FILE_NAME\('[^']*','[^']*'", header, text, count=1), encoding="latin-1")
