"""No dead options: every field of every settings class is read by something that acts on it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "blemish"
ASIDE = {
    "kind": "tells the members of a union apart: pydantic reads it",
    "closest_focus_mm": "a limit of the lens: what is nearer is refused where the camera is read",
}
"""Fields that nothing has to read, each with its reason."""


def declared(tree: ast.Module) -> Iterator[tuple[ast.ClassDef, set[str]]]:
    """Give the settings classes of a file with the names of their fields; those with a ``_`` are shapes of files."""
    for node in ast.walk(tree):
        is_settings = isinstance(node, ast.ClassDef) and "settings" in map(ast.unparse, node.decorator_list)
        if isinstance(node, ast.ClassDef) and is_settings and not node.name.startswith("_"):
            yield (
                node,
                {
                    field.target.id
                    for field in node.body
                    if isinstance(field, ast.AnnAssign)
                    and isinstance(field.target, ast.Name)
                    and "ClassVar" not in ast.unparse(field.annotation)
                },
            )


def reads(node: ast.AST, owner: str = "") -> Iterator[tuple[str, str]]:
    """Give (name, class) of all that is read: ``self.name`` belongs to its class, everything else to any.

    What a class checks of itself when it is made (``__post_init__``) is no use of it.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and child.name == "__post_init__":
            continue
        inside = child.name if isinstance(child, ast.ClassDef) else owner
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Load):
            is_own = isinstance(child.value, ast.Name) and child.value.id == "self"
            yield child.attr, inside if is_own else ""
        # By name: getattr(thing, "name"), said["name"], case "name", and the lists of names that formulas read.
        if isinstance(child, ast.Call | ast.Subscript | ast.Tuple | ast.MatchValue):
            for leaf in ast.iter_child_nodes(child):
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                    yield leaf.value, ""
        yield from reads(child, inside)


def test_no_setting_is_dead() -> None:
    """Each field is read in a method of its own class, of one that derives from it, or anywhere else in the package."""
    fields: dict[tuple[str, str], set[str]] = {}
    bases: dict[str, set[str]] = defaultdict(set)
    used: dict[str, set[str]] = defaultdict(set)
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(SOURCE).as_posix()
        for node, names in declared(tree):
            fields[place, node.name] = names
            bases[node.name] |= {ast.unparse(base) for base in node.bases} | {node.name}
        for name, owner in reads(tree):
            used[name].add(owner)
    kin = {name: known | {other for other in bases if name in bases[other]} for name, known in bases.items()}
    dead = [
        f"{place}: {owner}.{name}"
        for (place, owner), names in fields.items()
        for name in sorted(names)
        if name not in ASIDE and not used[name] & (kin[owner] | {""})
    ]
    assert not dead, "\n".join(dead)
