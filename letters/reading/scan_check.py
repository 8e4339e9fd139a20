"""Whether a scan is the issued letter, whole, unchanged and signed by hand.

What is certain is accepted or rejected; the rest waits for a person. The limits were fixed on one half of the
simulated captures and measured on the other (docs/letters.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from domain.letter.examination import Examination, LetterOnRecord, Measured, Verdict
from domain.reason import Reason
from letters.codes import PageCode, digest_prefix
from letters.geometry import GEOMETRY
from letters.pictures import LONG_SIDE_PIXELS, Drawing, Image, IssuedPage, ScannedPage
from letters.reading.comparison import Likeness, compare
from letters.reading.ink import Ink, measure_ink
from letters.reading.landmarks import Sighting, find_letter, letter_height
from letters.reading.overlays import drawn_over_mm2
from letters.reading.paper import is_black_and_white, is_blank
from letters.reasons import because, made_by, outcome

_SEVERITY: Final = (Verdict.ACCEPTED, Verdict.UNDER_REVIEW, Verdict.REJECTED)
_UNCLEAR: Final = 0.6
"""Median correlation below which a page is not compared but shown to a person."""
_FALL: Final = (0.06, 2.0, 0.25)
"""How far the worst spot may lie below the median in black and white: a constant, a share of what the median lacks of
1, and the highest limit. One other word of a name falls by at least 0.26."""
_MISSING: Final = 0.8
"""Of the print's contrast. Whole lines lack up to 0.7 of it in soft pictures beside folds, a word that was wiped away
1.1."""
_UNEVEN: Final = (0.275, 2.0, 0.42)
"""The same of what is missing here and there, in numbers as those of the fall. One other word of a name makes 0.6, and
at least 0.43 where the limit is 0.36; the back of used paper seldom more than the limit."""
_ADDED: Final = 0.6
"""The same. A word written in by pen adds at least 1.3, a line through words 0.65 where it meets them; handwriting on
the back up to 0.6."""
_GONE: Final = 1.0
"""The same: so much lacks where words are gone, at least 1.2 of a clause, while dirt over them only adds to them."""
_OTHER_TEXT_MM2: Final = 400.0
_SOFT_OTHER_TEXT_MM2: Final = 1200.0
"""Details of other words differ over a larger area: another signer's name makes 400 mm², a clause less 1500."""
_BLANK_LENGTH_MM: Final = 6.0
_SIGNED_LENGTH_MM: Final = 14.5
"""Initials that are seen are some 15 mm long; what a stamp over the edge of the box leaves within it, up to 10.4 mm."""
_FLAT_MM: Final = (6.0, 9.0)
_FLAT_SHARE: Final = 0.17
"""Of its width what is a line, or words of type that have run together, is lower than that, and than the second of the
two: 45 by 6 mm, 55 by 7. Small initials are 6 mm high, the widest signatures 9."""
_SMALL: Final = 0.8
"""Share of a page's longer side below which the letter on it is looked at from closer."""
_CLOSEST: Final = 2.5
_OVER_MM2: Final = 3.0
"""Of something drawn over the letter: less is a speck."""
_NO_NOISE: Final = 0.0006


@dataclass(frozen=True)
class _Page:
    """One uploaded page. `number` is the letter's page that it is, None when it is none of it."""

    drawing: Drawing
    sighting: Sighting
    bilevel: bool
    number: int | None

    @property
    def picture(self) -> Image:
        """What its pictures show."""
        return self.drawing.picture


def expected_codes(issued: LetterOnRecord) -> tuple[PageCode, ...]:
    """Return the codes that the pages of the letter carry."""
    count = len(GEOMETRY.pages)
    return tuple(
        PageCode(folio=issued.content.folio, page=number, pages=count, digest=digest_prefix(issued.content.sha256))
        for number in range(1, count + 1)
    )


def judge_scan(
    scanned: Sequence[ScannedPage], issued: LetterOnRecord, issued_page: IssuedPage, maker: str | None = None
) -> Examination:
    """Return the verdict on the pages of a file that has passed the gate as a scan, made by a program of that name."""
    expected = expected_codes(issued)
    pages = [_page(each, expected) for each in scanned]
    measured: Measured = {
        "route": "scan",
        "pages": len(pages),
        "pages_of_letter": sum(page.number is not None for page in pages),
        "markers": sum(page.sighting.markers for page in pages),
        "bilevel": any(page.bilevel for page in pages),
    }
    codes, extra = _letter_faults(pages, expected, issued), _extra_pages(pages)
    if not codes:
        codes = (*(("extra_pages",) if extra else ()), *_page_faults(pages, issued_page, measured))
    reasons = tuple(_reason(code, extra, maker) for code in codes)
    return Examination(verdict=outcome(codes), reasons=reasons, measured=measured)


def _reason(code: str, extra: tuple[int, ...], maker: str | None) -> Reason:
    if code == "extra_pages":
        return because(code, pages=", ".join(f"página {number}" for number in extra))
    return made_by(code, maker)


def _page(scanned: ScannedPage, expected: tuple[PageCode, ...]) -> _Page:
    drawing = scanned.draw(1.0)
    sighting = find_letter(drawing.picture, expected)
    height = letter_height(sighting)
    if height is not None and height < _SMALL * LONG_SIDE_PIXELS:
        # It stands small on its page, such as a photo in a word processor's: it is drawn as large as any other.
        closer = scanned.draw(min(_CLOSEST, LONG_SIDE_PIXELS / height))
        found = find_letter(closer.picture, expected)
        if found.codes or not sighting.codes:
            drawing, sighting = closer, found
    own = [code.page for code in sighting.codes if code in expected]
    number = own[0] if own and len(sighting.codes) == 1 else None
    return _Page(drawing, sighting, scanned.bilevel, number)


def _letter_faults(pages: list[_Page], expected: tuple[PageCode, ...], issued: LetterOnRecord) -> tuple[str, ...]:
    """Return why the file is not this letter, or nothing. No answer tells whose another letter is."""
    foreign = {code for page in pages for code in page.sighting.codes if code not in expected}
    for code in sorted(foreign, key=lambda code: code.text):
        if code.folio in issued.older_folios:
            return ("older_letter",)
        return ("digest_differs",) if code.folio == issued.content.folio else ("other_letter",)
    found = {page.number for page in pages} - {None}
    if not found and any(_draws_the_letter(page, expected) for page in pages):
        return ("edited_original",)
    if not found and any(page.sighting.markers for page in pages):
        return ("code_unreadable",)
    if not found:
        filtered = any(page.bilevel or is_black_and_white(page.picture) for page in pages)
        return ("black_and_white",) if filtered else ("code_not_found",)
    if len(found) < len(expected):
        return ("page_missing",)
    return ()


def _draws_the_letter(page: _Page, expected: tuple[PageCode, ...]) -> bool:
    """Tell whether the letter stands on the page as text and lines, as it was downloaded, and on no picture."""
    return page.drawing.shown is not None and bool(find_letter(page.drawing.shown, expected).codes)


def _page_faults(pages: list[_Page], issued_page: IssuedPage, measured: Measured) -> tuple[str, ...]:
    codes: list[str] = []
    for number in range(1, len(GEOMETRY.pages) + 1):
        copies = [_judged(page, number, issued_page) for page in pages if page.number == number]
        best = min(copies, key=lambda copy: (_SEVERITY.index(outcome(copy.codes)), -copy.signature_mm))
        measured.update(best.measured)
        codes += best.codes
    return tuple(dict.fromkeys(codes))


def _extra_pages(pages: list[_Page]) -> tuple[int, ...]:
    """Return the numbers, from 1, of pages that are neither the letter, well or badly taken, nor empty."""
    return tuple(
        at
        for at, page in enumerate(pages, 1)
        if page.number is None
        and not (page.sighting.markers and not page.sighting.codes)
        and not is_blank(page.picture)
    )


@dataclass(frozen=True)
class _Copy:
    """What was found of one picture of a page of the letter; of several, the best one counts."""

    codes: tuple[str, ...]
    signature_mm: float
    measured: Measured


def _judged(page: _Page, number: int, issued_page: IssuedPage) -> _Copy:
    transform = page.sighting.transform
    if transform is None:
        return _Copy(("page_unclear",), 0.0, {})
    (box,) = GEOMETRY.pages[number - 1].signature_boxes
    ink = measure_ink(page.picture, transform, box)
    likeness = compare(page.picture, transform, issued_page, number)
    over = drawn_over_mm2(page.drawing, transform, number)
    codes = ["drawn_over"] if over is not None and over > _OVER_MM2 else []
    codes += _text_faults(likeness, bilevel=page.bilevel)
    if likeness.median >= _UNCLEAR:
        codes += _signature_faults(ink, bilevel=page.bilevel)
    drawn: Measured = {} if over is None else {"drawn_over_mm2": round(over, 1)}
    return _Copy(tuple(codes), ink.hand_length_mm, {**drawn, **_figures(likeness, ink)})


def _text_faults(likeness: Likeness, *, bilevel: bool) -> Iterator[str]:
    if likeness.median < _UNCLEAR:
        yield "page_unclear"
    elif _all_there(likeness, bilevel=bilevel):
        return
    elif likeness.missing > _GONE and likeness.other_text_mm2 > (
        _SOFT_OTHER_TEXT_MM2 if likeness.soft else _OTHER_TEXT_MM2
    ):
        yield "text_differs"
    else:
        yield "text_doubtful"


def _all_there(likeness: Likeness, *, bilevel: bool) -> bool:
    """Tell whether the words are the issued ones.

    In black and white the paper hides nothing, but all strokes break: how alike the worst spot looks decides. Elsewhere
    paper and folds make words look unlike that are not: what is missing or added decides.
    """
    if not likeness.in_doubt:
        return True
    if bilevel:
        return not likeness.soft and likeness.fall <= _limit(_FALL, likeness)
    even = likeness.uneven <= _limit(_UNEVEN, likeness)
    return even and likeness.missing <= _MISSING and likeness.added <= _ADDED


def _limit(limits: tuple[float, float, float], likeness: Likeness) -> float:
    constant, share, highest = limits
    return min(highest, constant + share * (1 - likeness.median))


def _signature_faults(ink: Ink, *, bilevel: bool) -> Iterator[str]:
    if ink.length_mm < _BLANK_LENGTH_MM:
        # A picture in black and white alone has lost light ink, so that an empty box proves nothing.
        yield "signature_not_visible" if bilevel or ink.noise < _NO_NOISE else "not_signed"
    elif ink.hand_length_mm < _SIGNED_LENGTH_MM or _is_flat(ink):
        yield "signature_doubtful"


def _is_flat(ink: Ink) -> bool:
    lowest, highest = _FLAT_MM
    return ink.hand_height_mm < min(highest, max(lowest, _FLAT_SHARE * ink.hand_width_mm))


def _figures(likeness: Likeness, ink: Ink) -> Measured:
    figures = {
        "text": likeness.median,
        "text_worst": likeness.worst,
        "text_missing": likeness.missing,
        "text_added": likeness.added,
        "other_text_mm2": likeness.other_text_mm2,
    }
    figures |= {f"ink_{name}": float(value) for name, value in asdict(ink).items()}
    return {"text_soft": likeness.soft, **{name: round(value, 4) for name, value in figures.items()}}
