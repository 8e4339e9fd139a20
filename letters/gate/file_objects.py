"""What the file is made of, object by object, as qpdf reads it.

Names are compared after qpdf has undone their escapes. Nothing is inflated beyond a budget. Errors of pikepdf go
through: it raises classes of every kind on hostile files, so the caller takes any exception for an unreadable file.
"""

import io
import zlib
from collections.abc import Iterator
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from domain.letter.examination import MOST_PAGES
from domain.reason import Reason
from letters.reasons import because

_MAX_OBJECTS: Final = 20_000
_MAX_DEPTH: Final = 40
_MAX_FILTERS: Final = 4
_MAX_IMAGE_PIXELS: Final = 40_000_000
_MAX_ALL_PIXELS: Final = 80_000_000
_MAX_INFLATED_BYTES: Final = 64 << 20
_MAX_CONTENT_BYTES: Final = 2 << 20
_PAGE_SIDE_POINTS: Final = (36.0, 15_000.0)
"""Telephone applications write pages of 3000 points and more; 36 points is half an inch."""

_ACTIVE: Final = frozenset(
    (
        *("/JavaScript", "/JS", "/Launch", "/AA", "/SubmitForm", "/ImportData", "/Hide", "/SetOCGState"),
        *("/XFA", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/FileAttachment", "/GoToR", "/GoToE"),
        *("/RichMedia", "/RichMediaContent", "/Movie", "/Sound", "/Rendition", "/Screen", "/3D"),
    )
)
"""As a key or as a class: what runs, opens, sends, plays or carries something."""
_CLASSES: Final = ("/S", "/Subtype", "/Type")
_EXTERNAL_KEYS: Final = frozenset(("/F", "/Ref", "/OPI"))
_NAMED_MOVES: Final = frozenset((Name.FirstPage, Name.LastPage, Name.NextPage, Name.PrevPage))
"""Actions that turn pages and do nothing else."""


class _Budget:
    """What the whole file may still ask for."""

    def __init__(self) -> None:
        self.inflated_bytes = _MAX_INFLATED_BYTES
        self.pixels = _MAX_ALL_PIXELS

    def inflate(self, data: bytes) -> tuple[bytes, bool]:
        """Return the inflated bytes as far as the budget goes, and whether there was more."""
        engine = zlib.decompressobj()
        try:
            out = engine.decompress(data, max(1, self.inflated_bytes))
        except zlib.error:
            return b"", False
        self.inflated_bytes -= len(out)
        return out, bool(engine.unconsumed_tail) or self.inflated_bytes <= 0


def object_faults(data: bytes) -> tuple[Reason, ...]:
    """Return what is wrong with a file by its objects; any exception means that it can't be read.

    A file that opens without a password is read, whatever it forbids to do with it.
    """
    try:
        # Scanning applications write slightly broken cross-references and lengths: they are mended, not refused.
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError:
        return (because("encrypted"),)
    with pdf:
        return tuple(because(code, limit=MOST_PAGES) for code in dict.fromkeys(_faults(pdf)))


def _faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    if not 0 < len(pdf.pages) <= MOST_PAGES:
        yield "too_many_pages" if len(pdf.pages) else "no_pages"
        return
    if len(pdf.objects) > _MAX_OBJECTS:
        yield "too_complex"
        return
    if _opens_something(pdf.Root):
        yield "active_content"
    budget = _Budget()
    for item in pdf.objects:
        yield from _item_faults(item, budget, 0)
    yield from _item_faults(pdf.trailer, budget, 0)
    for page in pdf.pages:
        yield from _page_faults(page)


def _opens_something(root: pikepdf.Object) -> bool:
    action = root.get("/OpenAction")
    if not isinstance(action, Dictionary) or action.get("/S") == Name.GoTo:
        return False
    return action.get("/S") != Name.Named or action.get("/N") not in _NAMED_MOVES


def _item_faults(item: object, budget: _Budget, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        yield "too_complex"
        return
    if isinstance(item, Dictionary | Stream):
        keys = list(item.keys())
        active = any(not _is_empty(item.get(key)) for key in _ACTIVE.intersection(keys))
        if active or any(_is_active_name(item.get(key)) for key in _CLASSES):
            yield "active_content"
        if isinstance(item, Stream):
            yield from _stream_faults(item, keys, budget)
        children = [item.get(key) for key in keys]
    elif isinstance(item, Array):
        children = list(item)
    else:
        return
    for child in children:
        if isinstance(child, Dictionary | Array) and not child.is_indirect:
            yield from _item_faults(child, budget, depth + 1)


def _is_empty(value: object) -> bool:
    """Tell whether what would act has nothing in it: a tree without a leaf, a script without a letter."""
    if isinstance(value, Dictionary) and not isinstance(value, Stream):
        return all(key in {"/Names", "/Kids", "/Limits"} and _is_empty(value.get(key)) for key in value.keys())  # noqa: SIM118
    if isinstance(value, Array):
        return len(value) == 0
    return isinstance(value, pikepdf.String) and not str(value).strip()


def _is_active_name(value: object) -> bool:
    return isinstance(value, Name) and str(value) in _ACTIVE


def _stream_faults(stream: Stream, keys: list[str], budget: _Budget) -> Iterator[str]:
    if _EXTERNAL_KEYS.intersection(keys):
        yield "external_content"
    filters = _filters(stream)
    if len(filters) > _MAX_FILTERS:
        yield "too_complex"
    if stream.get("/Subtype") == Name.Image:
        pixels = _dimension(stream, "/Width") * _dimension(stream, "/Height")
        budget.pixels -= pixels
        if pixels > _MAX_IMAGE_PIXELS or budget.pixels < 0:
            yield "too_complex"
    inflated = stream.read_raw_bytes() if filters[:1] == ["/FlateDecode"] else b""
    for name in filters:
        if name != "/FlateDecode":
            break
        inflated, more = budget.inflate(inflated)
        if more:
            yield "too_complex"
            break


def _filters(stream: Stream) -> list[str]:
    value = stream.get("/Filter")
    if value is None:
        return []
    return [str(name) for name in value] if isinstance(value, Array) else [str(value)]


def _dimension(stream: Stream, key: str) -> int:
    value = stream.get(key)
    return max(0, int(value)) if isinstance(value, int) else 0


def _page_faults(page: pikepdf.Page) -> Iterator[str]:
    box = [float(side) for side in page.mediabox]
    unit = float(page.obj.get("/UserUnit", 1))
    shortest, longest = _PAGE_SIDE_POINTS
    if not all(shortest <= abs(far - near) * unit <= longest for near, far in ((box[0], box[2]), (box[1], box[3]))):
        yield "page_size"
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, Array) else [contents]
    size = 0
    for stream in streams:
        if isinstance(stream, Stream):
            data = stream.read_raw_bytes()
            if _filters(stream) == ["/FlateDecode"]:
                data = _inflate_at_most(data, _MAX_CONTENT_BYTES + 1)
            size += len(data)
    if size > _MAX_CONTENT_BYTES:
        yield "too_complex"


def _inflate_at_most(data: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, limit)
    except zlib.error:
        return b""
