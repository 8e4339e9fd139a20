"""The picture of the rooms in `docs/architecture.md`, made from the imports; and no circle between folders.

    python scripts/rooms.py            draw the picture anew
    python scripts/rooms.py --check    change nothing; exit 1 when the picture is old, or when folders form a circle

A room is a folder of modules. Modules beside folders of modules are the room of the folder that holds them all:
`domain/bucket.py` is of the room `domain`, `domain/case/loan.py` of `domain/case`. What puts rooms together stands for
itself, since it may know every room below it while none of them may know it: a module outside all folders,
`portal/app.py`, and of a folder with rooms its `__init__.py` and `__main__.py`.
"""

import argparse
import ast
import difflib
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURE: Final = Path("docs", "architecture.md")
BEGIN: Final = "<!-- rooms: `make rooms` writes what stands between these two lines; change it there -->"
END: Final = "<!-- rooms: end -->"
LEGEND: Final = """\
An arrow says that something in the one room imports something of the other.
An arrow that follows from two others is left out: with `a → b` and `b → c` there is none for `a → c`.
The table below names every import."""

_NOT_DRAWN: Final = frozenset({"tests"})
_ROOTS: Final = frozenset({"portal.app"})
_IMPORTS_SHOWN: Final = 5

Arrows = Mapping[str, Mapping[str, list[str]]]
"""From each room to those that it imports, with the imports of modules that make it so."""


@dataclass(frozen=True)
class Tree:
    """The modules of a project by their dotted names, their files, and who imports whom."""

    files: Mapping[str, Path]
    imports: tuple[tuple[str, str], ...]

    def room(self, module: str) -> str:
        """Return the room of a module: a folder's path, or a file's for what stands for itself."""
        path = module.replace(".", "/")
        if module in _ROOTS or ("." not in module and not self._is_folder(module)):
            return f"{path}.py"
        folder = path if self._is_folder(module) else path.rpartition("/")[0]
        opens = self._is_folder(module) or module.endswith(".__main__")
        return f"{folder}/{self.files[module].name}" if opens and self._holds_rooms(folder) else folder

    def rooms(self) -> dict[str, int]:
        """Return how many modules each room has. A file that only says what its folder is does not count."""
        counts: dict[str, int] = defaultdict(int)
        importers = {importer for importer, _ in self.imports}
        for module in sorted(self.files):
            if not self._is_folder(module):
                counts[self.room(module)] += 1
            elif self._holds_rooms(module.replace(".", "/")) and module in importers:
                counts[self.room(module)] = 1
        return dict(sorted(counts.items()))

    def arrows(self, depth: int) -> Arrows:
        """Return who imports whom among the rooms, those further down than `depth` folders taken as one."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for importer, imported in self.imports:
            above, below = (seen_from(self.room(module), depth) for module in (importer, imported))
            if above != below:
                found[above][below].append(f"{importer} imports {imported}")
        return {above: dict(sorted(found[above].items())) for above in sorted(found)}

    def depth(self) -> int:
        """Return how many folders deep the deepest room lies."""
        return max(len(room.split("/")) for room in self.rooms())

    def says(self, room: str) -> str:
        """Return the first line of what a room says of itself."""
        if room.endswith("/__init__.py"):
            return f"What the others import from `{Path(room).parent.as_posix()}` itself."
        name = room.removesuffix(".py").replace("/", ".")
        text = ast.get_docstring(ast.parse(self.files[name].read_text(encoding="utf-8"))) or ""
        return text.partition("\n")[0].replace("|", "\\|")

    def _is_folder(self, module: str) -> bool:
        return self.files[module].name == "__init__.py"

    def _holds_rooms(self, folder: str) -> bool:
        name = f"{folder.replace('/', '.')}."
        return any(module.startswith(name) and self._is_folder(module) for module in self.files)


def main() -> int:
    """Draw or check, say what is wrong, and return the exit status."""
    parser = argparse.ArgumentParser(description="Draw the rooms in docs/architecture.md, measured from the imports.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the picture is old")
    check = parser.parse_args().check
    tree = measure(ROOT)
    file = ROOT / PICTURE
    text = file.read_text(encoding="utf-8")
    problems = list(circles(tree))
    if not problems:
        drawn = with_picture(text, picture(tree))
        if check:
            problems = list(changes(text, drawn))
        else:
            file.write_text(drawn, encoding="utf-8")
    for problem in problems:
        sys.stderr.write(f"rooms: {problem}\n")
    return 1 if problems else 0


def measure(root: Path) -> Tree:
    """Read every module of the project, but the tests', and what it imports of the others. Nothing is executed."""
    folders = [path.parent.name for path in sorted(root.glob("*/__init__.py")) if path.parent.name not in _NOT_DRAWN]
    single = {path.stem: path for path in sorted(root.glob("*.py"))}
    sys.path.insert(0, str(root))  # grimp finds packages as Python does
    try:
        graph = grimp.build_graph(*folders, include_external_packages=True, cache_dir=None)
    finally:
        sys.path.remove(str(root))
    files = {**single, **{name: _file(root, name) for name in graph.modules if name.split(".")[0] in folders}}
    measured = files.keys() - single
    imports = {(name, other) for name in measured for other in graph.find_modules_directly_imported_by(name)}
    # grimp measures packages only.
    imports |= {(name, other) for name, path in single.items() for other in _imported(path, files)}
    return Tree(files, tuple(sorted(pair for pair in imports if pair[1] in files)))


def seen_from(room: str, depth: int) -> str:
    """Return the room, or the folder `depth` steps down that it lies in. What puts rooms together is in no folder."""
    if room.removesuffix(".py").replace("/", ".") in _ROOTS:
        return room
    return "/".join(room.split("/")[:depth])


def circles(tree: Tree) -> Iterator[str]:
    """Name the first circle between folders, the topmost looked at first, and the imports that make it."""
    for depth in range(1, tree.depth() + 1):
        arrows = tree.arrows(depth)
        try:
            TopologicalSorter(arrows).prepare()
        except CycleError as error:
            way: list[str] = error.args[1][::-1]
            yield f"a circle: {' → '.join(way)}; take one of its arrows away:"
            for above, below in pairwise(way):
                made_by = arrows[above][below]
                more = [f"and {len(made_by) - _IMPORTS_SHOWN} more"] if len(made_by) > _IMPORTS_SHOWN else []
                yield f"  {above} → {below}: {'; '.join([*made_by[:_IMPORTS_SHOWN], *more])}"
            return


def picture(tree: Tree) -> str:
    """Return the diagrams and the table. The same tree gives the same text. A tree with a circle has no picture."""
    counts = tree.rooms()
    deepest = tree.arrows(tree.depth())
    parts = [LEGEND, "**All rooms.**", _diagram(_counted(counts, 1), tree.arrows(1))]
    for folder in sorted({room.split("/")[0] for room in counts if "/" in room}):
        inside = {room: count for room, count in counts.items() if room.split("/")[0] == folder}
        parts += [f"**Inside `{folder}/`.**", _diagram(inside, deepest, folder)]
    rows = ["| room | what it is | modules | imports |", "|---|---|---|---|"]
    for room, count in counts.items():
        imported = ", ".join(f"`{other}`" for other in deepest.get(room, {})) or "nothing of the others"
        rows.append(f"| `{room}` | {tree.says(room)} | {count} | {imported} |")
    return "\n\n".join([*parts, "\n".join(rows)])


def needed(arrows: Arrows) -> Iterator[tuple[str, str]]:
    """Return the arrows without those that follow from others. There must be no circle."""
    below: dict[str, set[str]] = {}
    for room in TopologicalSorter(arrows).static_order():
        direct = set(arrows.get(room, ()))
        below[room] = direct.union(*(below[other] for other in direct))
    for room in sorted(arrows):
        implied: set[str] = set().union(*(below[other] for other in arrows[room]))
        yield from ((room, other) for other in sorted(set(arrows[room]) - implied))


def with_picture(text: str, drawn: str) -> str:
    """Return the document with what is drawn between its two marks."""
    try:
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
    except ValueError:
        raise SystemExit(f"rooms: {PICTURE} must hold these two lines once each:\n{BEGIN}\n{END}") from None
    return f"{before}{BEGIN}\n\n{drawn}\n\n{END}{after}"


def changes(text: str, drawn: str) -> Iterator[str]:
    """Say that the document is not what the code draws, what to run, and the lines that differ."""
    if text != drawn:
        yield f"{PICTURE} does not show the imports of today; run `make rooms` and commit it"
        lines = difflib.unified_diff(text.splitlines(), drawn.splitlines(), n=0, lineterm="")
        yield from (line for line in list(lines)[2:] if not line.startswith("@@"))


def _diagram(counts: Mapping[str, int], arrows: Arrows, folder: str | None = None) -> str:
    among = {room: {o: made_by for o, made_by in arrows.get(room, {}).items() if o in counts} for room in counts}
    nodes = [f'    {_id(room)}["{_label(room, folder)}<br/>{_modules(count)}"]' for room, count in counts.items()]
    lines = [f"    {_id(above)} --> {_id(below)}" for above, below in needed(among)]
    return "\n".join(["```mermaid", "flowchart TD", *nodes, *lines, "```"])


def _counted(counts: Mapping[str, int], depth: int) -> dict[str, int]:
    together: dict[str, int] = defaultdict(int)
    for room, count in counts.items():
        together[seen_from(room, depth)] += count
    return dict(sorted(together.items()))


def _label(room: str, folder: str | None) -> str:
    return f"{folder}/*.py" if room == folder else room


def _modules(count: int) -> str:
    return "1 module" if count == 1 else f"{count} modules"


def _id(room: str) -> str:
    return room.replace("__", "").replace("/", "_").replace(".", "_")


def _file(root: Path, module: str) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imported(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                full = f"{node.module}.{name.name}"
                yield full if full in files else node.module


if __name__ == "__main__":
    sys.exit(main())
