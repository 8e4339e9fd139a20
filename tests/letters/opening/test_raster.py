"""A page that is one picture is read from the picture itself: never otherwise than pdfium draws it."""

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from letters.gate.rewriting import Scan, rewritten
from letters.opening.raster import scanned_pages

PAGE = "612 0 0 792 0 0 cm"


def colours(width: int = 850, height: int = 1100) -> np.ndarray:
    """Return a picture with a slope, edges and each colour, blue first, different in each corner."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    picture = np.stack([across, down, 255 - across], axis=-1).astype(np.uint8)
    picture[height // 4 : height // 3, width // 5 : width // 2] = (255, 0, 0)
    picture[::50] = 0
    return picture


def page_of(
    picture: np.ndarray, *, form: str = "/DCTDecode", space: Name | None = None, content: str = PAGE
) -> tuple[pikepdf.Pdf, Stream]:
    """Return a file whose one page draws one picture."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    rows, columns = picture.shape[:2]
    plain = zlib.compress((picture if picture.ndim == 2 else picture[..., ::-1]).tobytes())
    drawn = pikepdf.Stream(pdf, cv2.imencode(".jpg", picture)[1].tobytes() if form == "/DCTDecode" else plain)
    drawn.Type, drawn.Subtype, drawn.Width, drawn.Height = Name.XObject, Name.Image, columns, rows
    drawn.ColorSpace = space or (Name.DeviceGray if picture.ndim == 2 else Name.DeviceRGB)
    drawn.BitsPerComponent, drawn.Filter = 8, Name(form)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(XObject=Dictionary(Im0=drawn), Font=Dictionary(F1=font))
    page.Contents = pdf.make_stream(f"q {content} /Im0 Do Q".encode())
    return pdf, drawn


def gated(pdf: pikepdf.Pdf) -> Scan:
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    scan = rewritten(out.getvalue())
    assert scan is not None
    return scan


@contextmanager
def drawings_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """Count how often pdfium draws a page."""
    render, drawn = pypdfium2.PdfPage.render, list[None]()

    def counted(page: pypdfium2.PdfPage, **options: object) -> pypdfium2.PdfBitmap:
        drawn.append(None)
        return render(page, **options)

    with monkeypatch.context() as patched:
        patched.setattr(pypdfium2.PdfPage, "render", counted)
        yield drawn


def as_drawn(scan: Scan) -> np.ndarray:
    with pypdfium2.PdfDocument(scan.shown) as document:
        page = document[0]
        drawn = page.render(scale=2200 / max(page.get_size()), may_draw_forms=False, draw_annots=False)
        return np.asarray(cv2.cvtColor(drawn.to_numpy(), cv2.COLOR_BGR2GRAY))


def difference(scan: Scan, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Return by how many grey levels a page is read otherwise than drawn, and how often it was drawn for that."""
    with drawings_counted(monkeypatch) as drawn, scanned_pages(scan) as [page]:
        picture = page.draw(1.0).picture
    expected = as_drawn(scan)
    assert picture.shape == expected.shape
    return int(np.abs(picture.astype(int) - expected).max()), len(drawn)


GREY = cv2.cvtColor(colours(), cv2.COLOR_BGR2GRAY)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("picture", "form"),
    [
        pytest.param(colours(), "/DCTDecode", id="a photo"),
        pytest.param(GREY, "/DCTDecode", id="a grey scan"),
        pytest.param(colours(), "/FlateDecode", id="without loss"),
        pytest.param(GREY, "/FlateDecode", id="grey without loss"),
        pytest.param(colours(1700, 2200), "/DCTDecode", id="as large as it is read"),
    ],
)
def test_a_page_that_is_one_picture_is_read_without_drawing_it(
    picture: np.ndarray, form: str, turned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf, _ = page_of(picture, form=form)
    pdf.pages[0].rotate(turned, relative=False)

    levels, drawn = difference(gated(pdf), monkeypatch)

    assert levels <= 2
    assert drawn == 0


def test_a_page_need_not_begin_at_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf, _ = page_of(colours(), content="612 0 0 792 -100 50 cm")
    pdf.pages[0].mediabox = Array([-100, 50, 512, 842])

    assert difference(gated(pdf), monkeypatch) == (2, 0)


def half_seen(pdf: pikepdf.Pdf, picture: Stream) -> None:
    mask = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 1, "Height": 1, "ColorSpace": Name.DeviceGray}
    picture.SMask = pdf.make_stream(b"\x5a", BitsPerComponent=8, **mask)


def with_keys(**keys: object) -> Callable[[pikepdf.Pdf, Stream], None]:
    def change(_: pikepdf.Pdf, picture: Stream) -> None:
        for key, value in keys.items():
            picture[f"/{key}"] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(with_keys(Decode=Array([1, 0])), id="a negative"),
        pytest.param(with_keys(Mask=Array([0, 100])), id="a colour that is not shown"),
        pytest.param(with_keys(OC=Dictionary(Type=Name.OCG, Name="hidden")), id="a layer"),
        pytest.param(half_seen, id="half seen"),
        pytest.param(with_keys(BitsPerComponent=4, Width=1700), id="four bits"),
        pytest.param(with_keys(ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 255, bytes(768)])), id="a palette"),
    ],
)
def test_a_picture_that_shows_otherwise_than_its_pixels_is_drawn(
    change: Callable[[pikepdf.Pdf, Stream], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf, picture = page_of(GREY, form="/FlateDecode")
    change(pdf, picture)

    assert difference(gated(pdf), monkeypatch) == (0, 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("600 0 0 792 0 0 cm", id="a margin"),
        pytest.param("612 0 0 -792 0 792 cm", id="mirrored"),
        pytest.param("0 792 -612 0 612 0 cm", id="turned"),
        pytest.param("700 0 0 900 0 0 cm", id="larger than the page"),
        pytest.param("0 0 300 300 re W n 612 0 0 792 0 0 cm", id="cut off"),
        pytest.param(f"q {PAGE} /Im0 Do Q 300 0 0 300 0 0 cm", id="twice"),
        pytest.param(f"BT /F1 12 Tf 3 Tr (words) Tj ET {PAGE}", id="recognised words"),
    ],
)
def test_a_page_that_is_more_or_less_than_one_picture_is_drawn(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf, _ = page_of(colours(), content=content)

    assert difference(gated(pdf), monkeypatch) == (0, 1)


def test_a_picture_that_has_to_be_made_smaller_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf, _ = page_of(colours(1750, 2265))

    assert difference(gated(pdf), monkeypatch) == (0, 1)


def test_a_picture_that_pdfium_can_not_decode_leaves_the_page_as_it_draws_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf, _ = page_of(GREY, space=Name.DeviceRGB)

    assert difference(gated(pdf), monkeypatch) == (0, 1)
