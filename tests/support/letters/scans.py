"""Simulated captures of a letter: signed, scanned, photographed, faxed, compressed. Everything follows from a seed.

The strokes, the stamps and the cameras are made up here; real uploads will be worse in ways nobody thought of.
"""

import functools
import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pikepdf
import pypdfium2
from PIL import Image as Pillow

from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, SIGNATURE_BOX

DPI = 250
PX = DPI / 25.4
"""Pixels per millimetre of the sheet before it is captured."""


@functools.lru_cache(8)
def _sheet(pdf: bytes, page: int = 0) -> np.ndarray:
    with pypdfium2.PdfDocument(pdf) as document:
        return np.ascontiguousarray(document[page].render(scale=DPI / 72).to_numpy()[:, :, :3])


def sheet(pdf: bytes, page: int = 0) -> np.ndarray:
    """Return the printed page, to be written on."""
    return _sheet(pdf, page).copy()


def stroke(paper: np.ndarray, points: np.ndarray, width_mm: float, colour: Sequence[float], strength: float) -> None:
    """Draw a line of ink through points in millimetres; ink darkens the paper rather than covering it."""
    ink = np.zeros(paper.shape[:2], np.uint8)
    pixels = np.round(points * PX * 16).astype(np.int32)
    for first, second in itertools.pairwise(pixels):
        cv2.line(
            ink, tuple(map(int, first)), tuple(map(int, second)), 255, max(1, round(width_mm * PX)), cv2.LINE_AA, 4
        )
    _blend(paper, cv2.GaussianBlur(ink, (0, 0), 0.6), colour, strength)


def _blend(paper: np.ndarray, ink: np.ndarray, colour: Sequence[float], strength: float) -> None:
    x, y, width, height = cv2.boundingRect(ink)
    part = paper[y : y + height, x : x + width]
    amount = (ink[y : y + height, x : x + width].astype(np.float32) / 255 * strength)[:, :, None]
    part[:] = (part * (1 - amount) + np.minimum(part, np.array(colour, np.float32)) * amount).astype(np.uint8)


PENS = {"blue": (150, 60, 30), "black": (40, 38, 36)}


def pen(paper: np.ndarray, rng: np.random.Generator, *, light: bool = False, small: bool = False) -> None:
    """Sign by hand inside the box, sometimes a little beyond it."""
    box = SIGNATURE_BOX
    width = rng.uniform(12, 20) if small else rng.uniform(32, 75)
    height = rng.uniform(7, 12) if small else rng.uniform(10, 24)
    left = box.x_mm + rng.uniform(4, max(5, box.width_mm - width - 4))
    middle = box.y_mm + box.height_mm / 2 + rng.uniform(-3, 3)
    time = np.linspace(0, 1, 260)
    loops = rng.uniform(2, 5) if small else rng.uniform(4, 11)
    x = left + width * (time + rng.uniform(0.02, 0.09) * np.sin(2 * np.pi * loops * time + rng.uniform(0, 6)))
    envelope = 0.35 + 0.65 * np.abs(np.sin(np.pi * (time * rng.uniform(0.8, 2.2) + rng.uniform(0, 1))))
    wave = np.sin(2 * np.pi * loops * time) + 0.4 * np.sin(2 * np.pi * loops * rng.uniform(1.6, 2.6) * time + 1)
    y = middle + height / 2 * envelope * wave / 1.4 - rng.uniform(0, 0.15) * height * time
    colour = PENS["blue" if rng.random() < 0.6 else "black"]
    strength = rng.uniform(0.5, 0.68) if light else rng.uniform(0.8, 1.0)
    thickness = rng.uniform(0.3, 0.42) if light else rng.uniform(0.4, 0.75)
    lifts = np.sort(rng.choice(np.arange(40, 220), rng.integers(0, 4), replace=False))
    for part in np.split(np.stack([x, y], axis=1), lifts):
        stroke(paper, part[:-6] if len(part) > 20 else part, thickness, colour, strength)
    if rng.random() < 0.45:
        line = np.stack([np.linspace(left, left + width * rng.uniform(0.6, 1.1), 30)] * 2, axis=1)
        line[:, 1] = middle + height * rng.uniform(0.3, 0.5) + rng.uniform(0.3, 1.5) * np.sin(np.linspace(0, 3, 30))
        stroke(paper, line, thickness, colour, strength)


def pencil(paper: np.ndarray, rng: np.random.Generator) -> None:
    """Sign in pencil: thin and grey."""
    before = PENS["blue"], PENS["black"]
    PENS["blue"] = PENS["black"] = (110, 110, 110)
    pen(paper, rng, light=True)
    PENS["blue"], PENS["black"] = before


def flat_line(paper: np.ndarray, rng: np.random.Generator) -> None:
    """Draw one nearly straight line."""
    box = SIGNATURE_BOX
    x = np.linspace(box.x_mm + rng.uniform(5, 15), box.x_mm + rng.uniform(55, 88), 60)
    y = box.y_mm + rng.uniform(10, 20) + rng.uniform(-0.03, 0.03) * (x - x[0]) + 0.3 * np.sin(x / 9)
    stroke(paper, np.stack([x, y], axis=1), rng.uniform(0.4, 0.6), PENS["black"], 0.9)


def typed(paper: np.ndarray, rng: np.random.Generator) -> None:
    """Put a typed name where the signature belongs."""
    box = SIGNATURE_BOX
    font = rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_DUPLEX])
    name = str(rng.choice(["Maria Penaranda", "Jorge Rodriguez P.", "A. GOMEZ RUIZ", "Luz Marina Vargas"]))
    ink = np.zeros(paper.shape[:2], np.uint8)
    at = (round((box.x_mm + rng.uniform(6, 20)) * PX), round((box.y_mm + rng.uniform(12, 22)) * PX))
    cv2.putText(ink, name, at, int(font), rng.uniform(1.1, 1.9), 255, int(rng.integers(2, 4)), cv2.LINE_AA)
    _blend(paper, ink, PENS["black"], 1.0)


def stamp(paper: np.ndarray, rng: np.random.Generator, centre_mm: tuple[float, float] | None = None) -> None:
    """Put a rubber stamp, round or square, in the box or anywhere else."""
    box = SIGNATURE_BOX
    x, y = centre_mm or (box.x_mm + rng.uniform(20, 70), box.y_mm + 15 + rng.uniform(-2, 2))
    size = rng.uniform(20, 26)
    side = round(size * PX)
    ink = np.zeros((side, side), np.uint8)
    half, thick = side // 2, max(2, round(0.5 * PX))
    if rng.random() < 0.6:
        cv2.circle(ink, (half, half), half - 4, 255, thick, cv2.LINE_AA)
        cv2.circle(ink, (half, half), round(half * 0.66), 255, max(1, thick // 2), cv2.LINE_AA)
    else:
        cv2.rectangle(
            ink, (round(half * 0.15), round(half * 0.55)), (round(half * 1.85), round(half * 1.45)), 255, thick
        )
    for row, text in enumerate(("EMPRESA SAS", "NIT 900.1", "RECIBIDO")):
        cv2.putText(ink, text, (round(half * 0.5), round(half * (0.8 + 0.25 * row))), 0, 0.55, 255, 1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((half, half), rng.uniform(-25, 25), 1)
    ink = cv2.warpAffine(ink, turn, (side, side))
    ink = (ink * rng.uniform(0.7, 1.0, ink.shape)).astype(np.uint8)
    whole = np.zeros(paper.shape[:2], np.uint8)
    top, left = round(y * PX) - half, round(x * PX) - half
    whole[top : top + side, left : left + side] = ink
    colour = [(150, 40, 40), (40, 40, 160), (120, 30, 110), (40, 40, 40)][rng.integers(0, 4)]
    _blend(paper, whole, colour, rng.uniform(0.7, 0.95))


def pen_and_stamp(paper: np.ndarray, rng: np.random.Generator) -> None:
    """Sign and stamp, as most companies do."""
    stamp(paper, rng)
    pen(paper, rng)


CONTENTS: dict[str, Callable[[np.ndarray, np.random.Generator], None]] = {
    "pen": pen,
    "light pen": lambda paper, rng: pen(paper, rng, light=True),
    "initials": lambda paper, rng: pen(paper, rng, small=True),
    "pencil": pencil,
    "pen and stamp": pen_and_stamp,
    "blank": lambda _paper, _rng: None,
    "line": flat_line,
    "typed": typed,
    "stamp": stamp,
}


@dataclass(frozen=True)
class Capture:
    """How a sheet becomes a picture. Figures are the ends of ranges that the seed draws from."""

    dpi: tuple[float, float]
    quality: tuple[int, int] = (50, 80)
    skew_degrees: float = 1.5
    perspective: float = 0.0
    shadow: float = 0.0
    blur: tuple[float, float] = (0.3, 0.7)
    motion: float = 0.0
    noise: float = 3.0
    bilevel: bool = False
    grey: bool = True
    fax: bool = False
    crop: float = 0.0
    code_stamp: bool = False
    wave_mm: float = 0.0


CAPTURES: dict[str, Capture] = {
    "flatbed 300": Capture(dpi=(300, 300), quality=(30, 45)),
    "flatbed 200": Capture(dpi=(200, 200)),
    "flatbed 150": Capture(dpi=(150, 150)),
    "flatbed 100": Capture(dpi=(100, 100), quality=(50, 80)),
    "flatbed 75": Capture(dpi=(75, 75), quality=(60, 85)),
    "bilevel 200": Capture(dpi=(200, 200), bilevel=True),
    "bilevel 100": Capture(dpi=(100, 100), bilevel=True),
    "fax": Capture(dpi=(200, 200), bilevel=True, fax=True, noise=5),
    "phone": Capture(
        dpi=(140, 190),
        quality=(55, 85),
        skew_degrees=6,
        perspective=0.05,
        shadow=0.45,
        noise=4,
        grey=False,
        wave_mm=0.6,
    ),
    "messenger": Capture(
        dpi=(110, 140),
        quality=(35, 60),
        skew_degrees=5,
        perspective=0.04,
        shadow=0.35,
        noise=4,
        grey=False,
        wave_mm=0.6,
    ),
    "poor phone": Capture(
        dpi=(85, 110),
        quality=(30, 50),
        skew_degrees=9,
        perspective=0.09,
        shadow=0.6,
        blur=(0.7, 1.1),
        motion=2.0,
        noise=8,
        grey=False,
        wave_mm=1.2,
    ),
    "cropped feeder": Capture(dpi=(150, 200), crop=0.05),
    "stamped code": Capture(dpi=(150, 200), code_stamp=True),
}


def capture(paper: np.ndarray, how: Capture, rng: np.random.Generator) -> np.ndarray:
    """Return the picture that a scanner or a telephone makes of a sheet."""
    if how.code_stamp:
        code = GEOMETRY.pages[0].codes[rng.integers(0, 2)]
        paper = paper.copy()
        stamp(paper, rng, (code.x_mm + 12 + rng.uniform(-4, 4), code.y_mm + 14 + rng.uniform(-4, 4)))
    if how.grey or how.bilevel:
        paper = cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY)
    picture = _warped(paper, how, rng).astype(np.float32)
    if how.shadow:
        picture *= _light(picture.shape[:2], how.shadow, rng)[:, :, None]
        picture *= rng.uniform(0.88, 1.0, 3).astype(np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(*how.blur))
    if how.motion:
        picture = _moved(picture, rng.uniform(0.3, how.motion), rng)
    grain = rng.standard_normal(picture.shape, np.float32)
    picture += grain * np.float32(how.noise * rng.uniform(0.6, 1.0))
    picture = np.clip(picture * rng.uniform(0.94, 1.02), 0, 255).astype(np.uint8)
    if how.crop:
        picture = _cropped(picture, how.crop, rng)
    if how.fax:
        picture = cv2.resize(picture, None, fx=1, fy=0.5, interpolation=cv2.INTER_AREA)
    if how.bilevel:
        picture = np.where(picture < rng.integers(140, 180), 0, 255).astype(np.uint8)
    return np.rot90(picture, int(rng.integers(0, 4))).copy()


def _warped(paper: np.ndarray, how: Capture, rng: np.random.Generator) -> np.ndarray:
    dpi = rng.uniform(*how.dpi)
    scale = dpi / DPI
    small = cv2.GaussianBlur(paper, (0, 0), 0.45 / scale) if scale < 0.8 else paper
    height, width = paper.shape[:2]
    margin = 0.06 if how.perspective else 0.0
    out = (round(width * scale * (1 + 2 * margin)), round(height * scale * (1 + 2 * margin)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.deg2rad(rng.uniform(-how.skew_degrees, how.skew_degrees))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    target = (corners - corners.mean(axis=0)) @ rotation.T * scale + np.array(out) / 2
    target += rng.uniform(-how.perspective, how.perspective, (4, 2)) * np.array(out) * 0.6
    if how.perspective:  # the whole sheet stays in the picture, on a table
        low, high = target.min(axis=0), target.max(axis=0)
        target = (target - low) / (high - low) * (np.array(out) * 0.96) + np.array(out) * 0.02
    back = cv2.getPerspectiveTransform(target.astype(np.float32), corners)
    x, y = np.meshgrid(np.arange(out[0], dtype=np.float32), np.arange(out[1], dtype=np.float32))
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    source_x = ((back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth).astype(np.float32)
    source_y = ((back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth).astype(np.float32)
    if how.wave_mm:
        bend = how.wave_mm * PX * rng.uniform(0.3, 1.0)
        waves, phase = rng.uniform(0.6, 1.6, 2), rng.uniform(0, 6, 2)
        shift_x = bend * np.sin(2 * np.pi * waves[0] * source_y / height + phase[0]).astype(np.float32)
        source_y += bend * np.sin(2 * np.pi * waves[1] * source_x / width + phase[1]).astype(np.float32)
        source_x += shift_x
    table = tuple(int(value) for value in rng.integers(70, 140, 3)) if how.perspective else (250, 250, 250)
    return cv2.remap(small, source_x, source_y, cv2.INTER_LINEAR, borderValue=table)


def _light(shape: tuple[int, int], depth: float, rng: np.random.Generator) -> np.ndarray:
    """Return a slope of light with a soft-edged shadow over part of it, and now and then the folds of a letter."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x, y = x / shape[1], y / shape[0]
    angle = rng.uniform(0, 2 * np.pi)
    slope = 1 - depth * 0.4 * rng.uniform(0, 1) * (0.5 + (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)))
    centre, reach = rng.uniform(0, 1, 2), rng.uniform(0.2, 0.5)
    edge = np.hypot(x - centre[0], y - centre[1]) - reach
    shadow = 1 - depth * rng.uniform(0.2, 0.7) / (1 + np.exp(np.clip(edge / rng.uniform(0.02, 0.08), -30, 30)))
    folds = np.ones_like(slope)
    for axis in (x, y) if rng.random() < 0.5 else ():
        away = axis - rng.choice([1 / 3, 0.5, 2 / 3]) + 0.02 * (x - y)
        folds *= (1 - 0.3 * depth * np.exp(-((away / 0.0025) ** 2))) * (1 - 0.12 * depth * (away > 0))
    return (slope * shadow * folds).astype(np.float32)


def _moved(picture: np.ndarray, length: float, rng: np.random.Generator) -> np.ndarray:
    size = 2 * int(np.ceil(length)) + 1
    kernel = np.zeros((size * 8, size * 8), np.float32)
    angle, middle = rng.uniform(0, np.pi), size * 4
    reach = np.array([np.cos(angle), np.sin(angle)]) * length * 4
    ends = [tuple(int(v) for v in np.round(middle + sign * reach)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 6)
    kernel = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def _cropped(picture: np.ndarray, most: float, rng: np.random.Generator) -> np.ndarray:
    height, width = picture.shape[:2]
    cut = {side: rng.uniform(0.02, most) for side in rng.choice(4, 2, replace=False)}
    return picture[
        round(height * cut.get(0, 0)) : height - round(height * cut.get(1, 0)),
        round(width * cut.get(2, 0)) : width - round(width * cut.get(3, 0)),
    ]


def image_pdf(pictures: Sequence[np.ndarray], quality: int = 70, limit_bytes: int = 1_048_576) -> bytes:
    """Return a PDF of pictures only, as scanning applications write it, compressed until it is small enough."""
    while True:
        pdf = pikepdf.new()
        for picture in pictures:
            _add_page(pdf, picture, quality)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        if out.tell() <= limit_bytes or quality <= 10:
            return out.getvalue()
        quality -= 10


def _add_page(pdf: pikepdf.Pdf, picture: np.ndarray, quality: int) -> None:
    height, width = picture.shape[:2]
    bilevel = picture.ndim == 2 and set(np.unique(picture)) <= {0, 255}
    coded = io.BytesIO()
    if bilevel:
        Pillow.fromarray(picture).convert("1").save(coded, "TIFF", compression="group4", tiffinfo={278: height})
        with Pillow.open(coded) as tiff:
            start, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
        data, dark_is_one = coded.getvalue()[start : start + size], tiff.tag_v2.get(262) == 0
        image = pdf.make_stream(data, Filter=pikepdf.Name.CCITTFaxDecode)
        image.DecodeParms = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=not dark_is_one)
    else:
        mode = picture if picture.ndim == 2 else picture[:, :, ::-1]
        Pillow.fromarray(np.ascontiguousarray(mode)).save(coded, "JPEG", quality=quality)
        image = pdf.make_stream(coded.getvalue(), Filter=pikepdf.Name.DCTDecode)
    image.Type, image.Subtype, image.Width, image.Height = pikepdf.Name.XObject, pikepdf.Name.Image, width, height
    image.ColorSpace = pikepdf.Name.DeviceGray if picture.ndim == 2 else pikepdf.Name.DeviceRGB
    image.BitsPerComponent = 1 if bilevel else 8
    points = (612.0, 792.0) if height >= width else (792.0, 612.0)
    page = pdf.add_blank_page(page_size=points)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.Contents = pdf.make_stream(f"q {points[0]} 0 0 {points[1]} 0 0 cm /Im0 Do Q".encode())


def scan(pdf: bytes, content: str, condition: str, seed: int, **changes: object) -> bytes:
    """Return one simulated upload: the printed letter with something in the box, captured under a condition."""
    rng = np.random.default_rng([seed, list(CAPTURES).index(condition), list(CONTENTS).index(content)])
    how = replace(CAPTURES[condition], **changes)
    paper = sheet(pdf)
    CONTENTS[content](paper, rng)
    return image_pdf([capture(paper, how, rng)], int(rng.integers(*how.quality)))


assert abs(PAGE_WIDTH_MM * PX - 2125) < 2
assert abs(PAGE_HEIGHT_MM * PX - 2750) < 2
