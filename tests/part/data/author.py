"""Author the small STEP files of these tests, with build123d 0.13: ``python tests/part/data/author.py``."""

from __future__ import annotations

import re
from pathlib import Path

from build123d import Box, Compound, Cylinder, Edge, Pos, Shape, Shell, Solid, Sphere, Torus, Unit, export_step
from OCP.BRepPrimAPI import BRepPrimAPI_MakeBox
from OCP.Quantity import Quantity_Color, Quantity_TypeOfColor
from OCP.STEPCAFControl import STEPCAFControl_Writer
from OCP.STEPControl import STEPControl_StepModelType
from OCP.TCollection import TCollection_ExtendedString
from OCP.TDocStd import TDocStd_Document
from OCP.XCAFDoc import XCAFDoc_ColorType, XCAFDoc_DocumentTool

HERE = Path(__file__).parent


def main() -> None:
    """Write all files."""
    box = Box(20, 30, 10)
    sphere_on_box = box + Pos(0, 0, 5) * Sphere(4) - Pos(0, 0, -10) * Cylinder(3, 30) - Pos(0, 0, -5) * Torus(7, 1)
    save("mixed", sphere_on_box)
    save("inches", Box(1, 2, 0.5), unit=Unit.IN)
    save("tiny", Box(0.2, 0.3, 0.1))
    save("two", Compound([Box(5, 5, 5), Pos(20, 0, 0) * Box(6, 6, 6)]))
    save("open", Shell(box.faces()[1:]))
    save("curves", Compound([Edge.make_circle(10), Edge.make_line((0, 0, 0), (10, 0, 0))]))
    save("hollow", box - Pos(2, 3, 1) * Box(4, 4, 4))
    unmoved = Solid(BRepPrimAPI_MakeBox(20, 30, 10).Solid())  # of a moved body the exporter does not find the faces
    painted("painted", unmoved, {5: (0.0, 0.0, 1.0), 0: (1.0, 0.0, 0.0), 1: (1.0, 0.02, 0.0)})


def save(name: str, shape: Shape, unit: Unit = Unit.MM) -> None:
    """Write a shape without colours."""
    export_step(shape, HERE / f"{name}.step", unit=unit)
    tidy(HERE / f"{name}.step")


def painted(name: str, shape: Shape, colours: dict[int, tuple[float, float, float]]) -> None:
    """Write a solid with some faces in colour."""
    document = TDocStd_Document(TCollection_ExtendedString("XmlOcaf"))
    shapes = XCAFDoc_DocumentTool.ShapeTool_s(document.Main())
    tool = XCAFDoc_DocumentTool.ColorTool_s(document.Main())
    solid = shape.solid()
    label = shapes.AddShape(solid.wrapped, makeAssembly=False)
    for index, rgb in colours.items():
        colour = Quantity_Color(*rgb, Quantity_TypeOfColor.Quantity_TOC_sRGB)
        face = shapes.AddSubShape(label, solid.faces()[index].wrapped)
        tool.SetColor(face, colour, XCAFDoc_ColorType.XCAFDoc_ColorSurf)
    writer = STEPCAFControl_Writer()
    writer.Transfer(document, STEPControl_StepModelType.STEPControl_AsIs)
    writer.Write(str(HERE / f"{name}.step"))
    tidy(HERE / f"{name}.step")


def tidy(path: Path) -> None:
    """Take the date out of the header, so that the same shape gives the same bytes."""
    text = path.read_text(encoding="latin-1")
    text = re.sub(r"FILE_NAME\('[^']*','[^']*'", f"FILE_NAME('{path.name}','2026-11-22T00:00:00'", text, count=1)
    path.write_text(text, encoding="latin-1")


if __name__ == "__main__":
    main()
