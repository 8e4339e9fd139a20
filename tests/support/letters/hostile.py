"""Files made by hand to do harm or to deceive, each around a page that is a real scan where that is possible."""

import functools
import io
import re
import zlib
from collections.abc import Callable

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from tests.support.letters.scans import image_pdf

MIB = 1 << 20


def picture() -> np.ndarray:
    """Return something like a scanned page."""
    page = np.full((1100, 850), 245, np.uint8)
    page[100:900:14, 80:770] = 60
    return page


@functools.cache
def harmless() -> bytes:
    """Return a scan that nothing is wrong with."""
    return image_pdf([picture()])


def _with(change: Callable[[Pdf], object], **save: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(harmless())) as pdf:
        change(pdf)
        pdf.save(out, **save)
    return out.getvalue()


def _root(name: str, value: object) -> bytes:
    return _with(lambda pdf: pdf.Root.__setitem__(name, value))


def _page(name: str, value: Callable[[Pdf], object]) -> bytes:
    return _with(lambda pdf: pdf.pages[0].obj.__setitem__(name, value(pdf)))


def _content(text: bytes, resources: Callable[[Pdf], Dictionary] | None = None) -> bytes:
    """Return a scan whose page draws something more."""

    def change(pdf: Pdf) -> None:
        page = pdf.pages[0].obj
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + text)
        if resources:
            for name, value in resources(pdf).items():
                page.Resources[name] = value

    return _with(change)


def _font(_: Pdf) -> Dictionary:
    return Dictionary(Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)))


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def _attachment(pdf: Pdf) -> None:
    pdf.attachments["notes.txt"] = b"x"


def _flate_bomb(pdf: Pdf) -> None:
    bomb = zlib.compress(b"\0" * (80 * MIB), 9)
    pdf.Root.Extra = pdf.make_indirect(pikepdf.Stream(pdf, b""))
    pdf.Root.Extra.write(bomb, filter=Name.FlateDecode)


def _flate_bomb_in_flate(pdf: Pdf) -> None:
    bomb = zlib.compress(zlib.compress(b"\0" * (400 * MIB), 9), 9)
    pdf.Root.Extra = pdf.make_indirect(pikepdf.Stream(pdf, b""))
    pdf.Root.Extra.write(bomb, filter=Array([Name.FlateDecode, Name.FlateDecode]))


def _image_bomb(pdf: Pdf) -> None:
    image = pdf.pages[0].obj.Resources.XObject.Im0
    image.Width, image.Height = 60_000, 60_000


def _endless_form(pdf: Pdf) -> None:
    form = pdf.make_stream(b"/Fm0 Do /Fm0 Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(Fm0=form))
    pdf.pages[0].obj.Resources.XObject.Fm0 = form
    pdf.pages[0].obj.Contents = pdf.make_stream(pdf.pages[0].obj.Contents.read_bytes() + b" /Fm0 Do")


def _nested_forms(pdf: Pdf) -> None:
    inner = pdf.make_stream(b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    for _ in range(11):
        outer = pdf.make_stream(b"/F Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        outer.Resources = Dictionary(XObject=Dictionary(F=inner))
        inner = outer
    pdf.pages[0].obj.Resources.XObject.F = inner
    pdf.pages[0].obj.Contents = pdf.make_stream(pdf.pages[0].obj.Contents.read_bytes() + b" /F Do")


def _many_objects(pdf: Pdf) -> None:
    pdf.Root.Extra = Array([pdf.make_indirect(Dictionary(A=index)) for index in range(20_500)])


def _deep(pdf: Pdf) -> None:
    value = Array([])
    for _ in range(300):
        value = Array([value])
    pdf.Root.Extra = value


def _many_pages(pdf: Pdf) -> None:
    for _ in range(10):
        pdf.pages.append(pdf.pages[0])


def _no_pages(pdf: Pdf) -> None:
    del pdf.pages[0]


def _escaped_name() -> bytes:
    """Hide /JavaScript behind an escape, as name trees may carry it."""
    data = _root("/OpenAction", _script())
    return data.replace(b"/JavaScript", b"/JavaScrip#74")


def _external_stream(pdf: Pdf) -> None:
    pdf.Root.Extra = pdf.make_stream(b"", F="/etc/hosts")


def _object_stream_script() -> bytes:
    return _with(
        lambda pdf: pdf.Root.__setitem__("/OpenAction", pdf.make_indirect(_script())),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def _encrypted(owner: str, user: str) -> bytes:
    return _with(lambda _: None, encryption=pikepdf.Encryption(owner=owner, user=user))


def _form(pdf: Pdf, text: bytes, **resources: object) -> pikepdf.Stream:
    form = pdf.make_stream(text, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 612, 792])
    form.Resources = Dictionary(**resources)
    return form


def _deep_words(pdf: Pdf) -> Dictionary:
    form = _form(pdf, WORDS, **_font(pdf))
    for _ in range(3):
        form = _form(pdf, b"/Im0 Do", XObject=Dictionary(Im0=form))
    return Dictionary(XObject=Dictionary(Im0=pdf.pages[0].obj.Resources.XObject.Im0, F=form))


def _patterned_words(pdf: Pdf) -> Dictionary:
    tile = pdf.make_stream(WORDS, PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 612, 792])
    tile.XStep, tile.YStep, tile.Resources = 612, 792, _font(pdf)
    return Dictionary(Pattern=Dictionary(P=tile))


def _words_as_mask(pdf: Pdf) -> Dictionary:
    group = _form(pdf, b"1 g " + WORDS, **_font(pdf))
    group.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
    mask = Dictionary(S=Name.Luminosity, G=group)
    return Dictionary(ExtGState=Dictionary(G=Dictionary(SMask=mask)))


def _programmed_glyphs(pdf: Pdf) -> Dictionary:
    """Return a font that other programs than pdfium draw though its text is said to be invisible."""
    glyph = pdf.make_stream(b"1000 0 0 0 1000 1000 d1 0 0 800 800 re f")
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 1000, 1000], FontMatrix=[0.001, 0, 0, 0.001, 0, 0]
    )
    font.CharProcs, font.Encoding = Dictionary(a=glyph), Dictionary(Differences=[97, Name.a])
    font.FirstChar, font.LastChar, font.Widths = 97, 97, [1000]
    return Dictionary(Font=Dictionary(F1=font))


def _page_within_a_stream() -> bytes:
    """Return a damaged file: qpdf mends it by the object that lies in a stream, pdfium by the one outside."""
    whole, table, rest = harmless().rpartition(b"xref\n0")
    number = whole[whole.index(b"/Contents ") + 10 :].split()[0]
    words = number + b" 0 obj << /Length %d >> stream\n%s\nendstream\nendobj\n" % (len(WORDS), WORDS)
    around = b"90 0 obj << /Length %d >> stream\n%s\nendstream\nendobj\n" % (len(words), words)
    return whole + around + table + rest.replace(b"startxref\n", b"startxref\n9")


def of_wrong_lengths(data: bytes) -> bytes:
    """Return a file whose streams are said to be shorter than they are."""
    return re.sub(rb"/Length \d+", lambda found: b"/Length 9".ljust(len(found[0])), data)


WORDS = b"BT /F1 60 Tf 100 400 Td (NO) Tj ET"
OUTLINE = b"0 0 m " + b"".join(b"%d %d l " % (step % 600, step * 7 % 790) for step in range(200))


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "the beginning of a photo": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF", "photo_unreadable"),
    "a late header": (lambda: b"GIF89a" + harmless(), "not_pdf"),
    "an unknown version": (lambda: harmless().replace(b"%PDF-1.", b"%PDF-7.", 1), "not_pdf"),
    "a page of HTML": (lambda: harmless().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1), "disguised"),
    "a ZIP behind": (lambda: harmless() + b"PK\x03\x04xxPK\x05\x06" + b"\0" * 18, "disguised"),
    "much behind": (lambda: harmless() + b"and more " * 200, "disguised"),
    "a web page behind": (lambda: harmless() + b"<html><script>alert(1)</script>", "disguised"),
    "a late picture": (lambda: b"\x89PNG\r\n" + harmless(), "not_pdf"),
    "a header alone": (lambda: b"%PDF-1.4\nstartxref\n0\n%%EOF\n", "unreadable"),
    "a password": (lambda: _encrypted(owner="b", user="a"), "encrypted"),
    "a script on opening": (lambda: _root("/OpenAction", _script()), "active_content"),
    "a script behind an escape": (_escaped_name, "active_content"),
    "a script in an object stream": (_object_stream_script, "active_content"),
    "a web page on opening": (lambda: _root("/OpenAction", Dictionary(S=Name.URI, URI="http://x")), "active_content"),
    "an automatic action": (lambda: _page("/AA", lambda _: Dictionary(O=_script())), "active_content"),
    "a program": (lambda: _root("/X", Dictionary(S=Name.Launch, F="calc.exe")), "active_content"),
    "a form that is sent": (
        lambda: _root("/X", Array([Dictionary(S=Name.SubmitForm, F="http://x")])),
        "active_content",
    ),
    "an XFA form": (
        lambda: _root("/AcroForm", Dictionary(XFA=Array(["template"]), Fields=Array([]))),
        "active_content",
    ),
    "an attachment": (lambda: _with(_attachment), "active_content"),
    "a film": (lambda: _page("/Annots", lambda _: Array([Dictionary(Subtype=Name.RichMedia)])), "active_content"),
    "another file": (lambda: _with(_external_stream), "external_content"),
    "a Flate bomb": (lambda: _with(_flate_bomb, compress_streams=False), "too_complex"),
    "a Flate bomb in a Flate stream": (lambda: _with(_flate_bomb_in_flate, compress_streams=False), "too_complex"),
    "an image of 60,000 by 60,000": (lambda: _with(_image_bomb), "too_complex"),
    "a huge image of a wrong length": (lambda: of_wrong_lengths(_with(_image_bomb)), "too_complex"),
    "a form within itself": (lambda: _with(_endless_form), "too_complex"),
    "forms ten to the eleventh": (lambda: _with(_nested_forms), "too_complex"),
    "20,500 objects": (lambda: _with(_many_objects), "too_complex"),
    "300 arrays in one another": (lambda: _with(_deep), "too_complex"),
    "a page of 3 MB": (lambda: _content(b"0 0 1 1 re f\n" * 250_000), "too_complex"),
    "eleven pages": (lambda: _with(_many_pages), "too_many_pages"),
    "another page within a stream": (_page_within_a_stream, "not_a_scan"),
    "no page": (lambda: _with(_no_pages), "no_pages"),
    "a page of a kilometre": (lambda: _page("/MediaBox", lambda _: Array([0, 0, 3_000_000, 10])), "page_size"),
    "a tiny page": (lambda: _page("/MediaBox", lambda _: Array([0, 0, 1, 1])), "page_size"),
    "a page cut to a thread": (lambda: _page("/CropBox", lambda _: Array([0, 0, 0.001, 792])), "page_size"),
    "huge units": (lambda: _page("/UserUnit", lambda _: 1000), "page_size"),
}
"""What it is, how it is made, and the code that it is refused with."""

DRAWN_OVER: dict[str, Callable[[], bytes]] = {
    "visible text": lambda: _content(b"BT /F1 60 Tf 100 400 Td (NO) Tj ET", _font),
    "white text": lambda: _content(b"BT 1 g /F1 60 Tf 100 400 Td (NO) Tj ET", _font),
    "a drawing": lambda: _content(b"100 100 300 300 re f\n"),
    "words four forms deep": lambda: _content(b"/F Do", _deep_words),
    "words in a pattern": lambda: _content(b"/Pattern cs /P scn 0 0 612 792 re f", _patterned_words),
    "words as a mask": lambda: _content(b"/G gs 0 g 0 0 612 792 re f", _words_as_mask),
    "a drawing of one path": lambda: _content(OUTLINE + b"f"),
    "a picture cut to an outline": lambda: _page(
        "/Contents", lambda pdf: pdf.make_stream(OUTLINE + b"W n 612 0 0 792 0 0 cm /Im0 Do")
    ),
    "a note": lambda: _page("/Annots", lambda _: Array([Dictionary(Subtype=Name.Text, Rect=[100, 100, 130, 130])])),
}
"""Safe to look at, and what a person sees is more than the pictures."""

NOT_TO_BE_SEEN: dict[str, Callable[[], bytes]] = {
    "invisible text": lambda: _content(b"BT 3 Tr /F1 12 Tf 100 100 Td (hola) Tj ET", _font),
    "invisible text of programs": lambda: _content(b"BT 3 Tr /F1 60 Tf 100 400 Td (a) Tj ET", _programmed_glyphs),
    "text of no opacity": lambda: _content(b"/G gs BT /F1 60 Tf 100 400 Td (NO) Tj ET", _clear),
    "an owner's password": lambda: _with(lambda _: None, encryption=pikepdf.Encryption(owner="b", user="")),
    "words behind": lambda: harmless() + b"and more",
    "a sign before": lambda: b"\xef\xbb\xbf" + harmless(),
    "an empty tree of files": lambda: _root("/Names", Dictionary(EmbeddedFiles=Dictionary(Names=Array([])))),
    "a page that is turned on opening": lambda: _root("/OpenAction", Dictionary(S=Name.Named, N=Name.FirstPage)),
}
"""Safe to look at, and nothing of it is seen beside the pictures."""


def _clear(pdf: Pdf) -> Dictionary:
    return Dictionary(**_font(pdf), ExtGState=Dictionary(G=Dictionary(ca=0)))


def endless_streams() -> bytes:
    """Return a file whose streams have no end; to mend it takes minutes."""
    streams = b"".join(b"%d 0 obj<</Length 9>>stream\n" % number for number in range(1, 100_000))
    return b"%PDF-1.4\n" + streams + b"trailer<</Root 1 0 R>>startxref\n9\n%%EOF\n"


def with_invisible_text() -> bytes:
    """Return a scan with the words under the picture, as scanners that recognise text write them."""
    return NOT_TO_BE_SEEN["invisible text"]()
