"""A file that has passed the gate, written anew twice: as a person sees it, and with nothing but its pictures.

Scanners, telephone applications and mail systems lay text, links and stamps over and under the picture of a page. What
counts is what the picture shows; what else can be seen is found by comparing the two drawings. Nothing that acts is
written: no action, no script, no form.
"""

import io
import warnings
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, Pdf, Stream

from letters.gate.errors import TooComplexError
from letters.gate.makers import maker_of

_MAX_DEPTH: Final = 16
_MAX_DRAWN: Final = 6000
"""Pictures drawn in one file: scanners cut a page into hundreds of strips."""
_ROOT_KEYS: Final = frozenset(("/Type", "/Pages", "/OCProperties", "/Version"))
_PAGE_KEYS: Final = frozenset(
    ("/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Annots")
)
_STATE: Final = frozenset(("q", "Q", "cm", "g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"))
Instruction: TypeAlias = pikepdf.ContentStreamInstruction
Item: TypeAlias = Instruction | pikepdf.ContentStreamInlineImage
_CLIP: Final = frozenset(("W", "W*"))
_PATH: Final = frozenset(("m", "l", "c", "v", "y", "h", "re"))
_PAINT: Final = frozenset(("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"))
_WRITE: Final = frozenset(("Tj", "TJ", "'", '"'))
_INVISIBLE: Final = 3
"""The text rendering mode in which programs lay what they recognised under the picture."""
_PLAIN_KEYS: Final = frozenset(
    (
        *("/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Filter", "/DecodeParms"),
        *("/Length", "/Interpolate", "/Intent", "/Name", "/Metadata"),
    )
)
"""Of a picture that has no mask, hides with no layer and whose values stand for themselves."""
_PLAIN_SPACES: Final = (Name.DeviceGray, Name.DeviceRGB)
_PLAIN_FILTERS: Final = (Name.DCTDecode, Name.FlateDecode)
_PLAIN_BITS: Final = 8
_PLAIN_STATE: Final = {"/ca": 1, "/CA": 1, "/BM": (Name.Normal, Name.Compatible), "/SMask": Name("/None")}


class Scan(NamedTuple):
    """A file of pictures, safe to draw."""

    shown: bytes
    """As a person sees it, annotations included."""
    pictures: bytes | None
    """Its pictures alone; None where nothing else is drawn."""
    maker: str | None = None
    """The program that made it, where it is one that people are told of."""
    is_plain: bool = False
    """Each picture in it is shown as its own pixels, in grey or in red, green and blue."""


def as_shown(data: bytes) -> bytes:
    """Return a file written anew as a person sees it; any exception means that it can't be read."""
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
        return _shown(pdf)


def rewritten(data: bytes) -> Scan | None:
    """Return a file written anew, or None when no page draws a picture; any exception means that it can't be read."""
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
        maker = maker_of(pdf)
        shown = _shown(pdf)
        filters = _Filter(pdf)
        for page in pdf.pages:
            filters.strip(page)
        if not filters.drawn:
            return None
        return Scan(shown, _saved(pdf) if filters.draws_more else None, maker, filters.is_plain)


def _shown(pdf: Pdf) -> bytes:
    _keep(pdf.Root, _ROOT_KEYS)
    for page in pdf.pages:
        _keep(page.obj, _PAGE_KEYS)
    return _saved(pdf)


def _keep(dictionary: pikepdf.Object, keys: frozenset[str]) -> None:
    for key in set(dictionary.keys()) - keys:
        del dictionary[key]


def _saved(pdf: Pdf) -> bytes:
    """Return a file in clean syntax, its streams untouched: every program sees the same pages in it."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a field stands on a page without its form is what is wanted
        pdf.save(
            out,
            encryption=False,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            deterministic_id=True,
        )
    return out.getvalue()


class _Filter:
    """Takes everything but pictures off the pages of a file."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._forms: dict[tuple[int, int], Stream | None] = {}
        self.drawn = 0
        """Pictures that are drawn, forms counted once."""
        self.draws_more = False
        """Something else is drawn that may be seen."""
        self.is_plain = True
        """Every picture is drawn as its own pixels."""

    def strip(self, page: pikepdf.Page) -> None:
        """Leave nothing but pictures on a page."""
        resources = page.obj.get("/Resources") or Dictionary()
        content, xobjects = self._stripped(page, resources, 0)
        annotations = page.obj.get("/Annots")
        self.draws_more |= isinstance(annotations, Array) and len(annotations) > 0
        if annotations is not None:
            del page.obj["/Annots"]
        page.obj.Contents = self._pdf.make_stream(content)
        page.obj.Resources = _resources(resources, xobjects)

    def _stripped(
        self, holder: pikepdf.Page | Stream, resources: pikepdf.Object, depth: int
    ) -> tuple[bytes, dict[str, Stream]]:
        if depth > _MAX_DEPTH:
            raise TooComplexError
        found: dict[str, Stream] = {}
        content = _Content(self, resources, lambda name: self._takes(name, resources, found, depth))
        return pikepdf.unparse_content_stream(list(content.kept(holder))), found

    def _takes(self, name: str, resources: pikepdf.Object, found: dict[str, Stream], depth: int) -> bool:
        """Tell whether an object is, or holds, a picture, and take it along."""
        item = _named(resources, "/XObject", name)
        if not isinstance(item, Stream):
            return False
        if item.get("/Subtype") == Name.Image:
            self.draw(is_plain=_is_plain_picture(item))
            found[name] = item
            return True
        form = self._form(item, resources, depth)
        if form is None:
            return False
        found[name] = form
        return True

    def _form(self, form: Stream, outer: pikepdf.Object, depth: int) -> Stream | None:
        """Return a form with nothing but its pictures, or None when it has none."""
        key = form.objgen
        if key in self._forms:
            return self._forms[key]
        self._forms[key] = None  # one that draws itself draws nothing
        before = self.drawn
        resources = form.get("/Resources") or outer
        content, xobjects = self._stripped(form, resources, depth + 1)
        if "/Group" in form or "/OC" in form:
            self.draws_more = True
        if self.drawn == before:
            return None
        stripped = self._pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form)
        for name in ("/BBox", "/Matrix"):
            if name in form:
                stripped[name] = form[name]
        stripped.Resources = _resources(resources, xobjects)
        self._forms[key] = stripped
        return stripped

    def draw(self, *, is_plain: bool = False) -> None:
        """Count a picture that is drawn."""
        self.drawn += 1
        self.is_plain &= is_plain
        if self.drawn > _MAX_DRAWN:
            raise TooComplexError


class _Content:
    """One stream of instructions, of which those that draw pictures are kept."""

    def __init__(self, filters: _Filter, resources: pikepdf.Object, takes: Callable[[str], bool]) -> None:
        self._filters = filters
        self._resources = resources
        self._takes = takes
        self._path: list[Instruction] = []
        self._clips = False
        self._modes = [0]
        """The text rendering mode, and those that were saved."""

    def kept(self, holder: pikepdf.Page | Stream) -> Iterator[Item]:
        """Yield what draws pictures; take note of what else draws."""
        for item in pikepdf.parse_content_stream(holder):
            if isinstance(item, pikepdf.ContentStreamInlineImage):
                self._filters.draw()
                yield item
                continue
            name = str(item.operator)
            if name in _PATH or name in _CLIP:
                self._path.append(item)
                self._clips |= name in _CLIP
            elif name == "n" or name in _PAINT:
                yield from self._painted(name)
            elif name in _STATE or name == "Do":
                if self._is_kept(name, item):
                    yield item
            elif self._draws(name, item):
                self._filters.draws_more = True

    def _painted(self, name: str) -> Iterator[Item]:
        self._filters.draws_more |= name != "n"
        path, clips, self._path, self._clips = self._path, self._clips, [], False
        if clips and _is_rectangle(path):
            yield from (*path, pikepdf.ContentStreamInstruction([], Operator("n")))
        elif clips:
            self._filters.draws_more = True

    def _is_kept(self, name: str, item: Instruction) -> bool:
        if name == "Do":
            return self._takes(str(item.operands[0]))
        if name == "q":
            self._modes.append(self._modes[-1])
        elif name == "Q" and len(self._modes) > 1:
            self._modes.pop()
        # A colour that is named is a pattern.
        return name in {"cs", "CS"} or not any(isinstance(each, Name) for each in item.operands)

    def _draws(self, name: str, item: Instruction) -> bool:
        """Tell whether an instruction that is left out may leave something that can be seen, or take it away."""
        if name == "Tr":
            self._modes[-1] = int(item.operands[0])
        elif name in _WRITE:
            return self._modes[-1] != _INVISIBLE or _has_programmed_glyphs(self._resources)
        elif name == "gs":
            return not _is_plain(_named(self._resources, "/ExtGState", str(item.operands[0])))
        return name == "sh" or (name == "BDC" and len(item.operands) > 0 and item.operands[0] == Name.OC)


def _named(resources: pikepdf.Object, kind: str, name: str) -> pikepdf.Object | None:
    group = resources.get(kind)
    return group.get(name) if isinstance(group, Dictionary) else None


def _resources(resources: pikepdf.Object, xobjects: dict[str, Stream]) -> Dictionary:
    kept = Dictionary()
    if xobjects:
        kept.XObject = Dictionary(xobjects)
    spaces = resources.get("/ColorSpace")
    if isinstance(spaces, Dictionary):
        kept.ColorSpace = spaces
    return kept


def _is_rectangle(path: list[Instruction]) -> bool:
    """Tell whether a clip is one upright rectangle, which can't cut a picture into words."""
    return [str(each.operator) for each in path if str(each.operator) not in _CLIP] == ["re"]


def _is_plain_picture(picture: Stream) -> bool:
    return (
        picture.keys() <= _PLAIN_KEYS
        and picture.get("/BitsPerComponent") == _PLAIN_BITS
        and picture.get("/ColorSpace") in _PLAIN_SPACES
        and picture.get("/Filter") in _PLAIN_FILTERS
    )


def _is_plain(state: pikepdf.Object | None) -> bool:
    """Tell whether a graphics state leaves pictures as they are."""
    if not isinstance(state, Dictionary):
        return state is None
    for key, plain in _PLAIN_STATE.items():
        value = state.get(key)
        if value is not None and value not in (plain if isinstance(plain, tuple) else (plain,)):
            return False
    return True


def _has_programmed_glyphs(resources: pikepdf.Object) -> bool:
    fonts = resources.get("/Font")
    return isinstance(fonts, Dictionary) and any(
        isinstance(font, Dictionary) and font.get("/Subtype") == Name.Type3 for font in fonts.values()
    )
