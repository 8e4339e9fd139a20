"""Drawing asks a paragraph for its height several times; its lines are broken once."""

import io

import pikepdf
from reportlab.lib.styles import ParagraphStyle

from letters import render_letter
from letters.issuing.drawing import Text
from letters.issuing.typeface import REGULAR
from tests.support.builders import letter

STYLE = ParagraphStyle("any", fontName=REGULAR, fontSize=8, leading=10)


def test_a_paragraph_breaks_its_lines_once_for_each_width() -> None:
    text = Text("Ocho palabras que no caben en un renglón. " * 3, STYLE)

    wide = text.wrap(200, 1000)
    lines = text.blPara
    again = text.wrap(200, 1000)
    kept = text.blPara is lines
    narrow = text.wrap(100, 1000)

    assert (again, kept) == (wide, True)
    assert narrow[1] > wide[1]
    assert text.blPara is not lines


def test_a_paragraph_that_is_cut_is_broken_anew() -> None:
    text = Text("Ocho palabras que no caben en un renglón. " * 3, STYLE)
    height = text.wrap(100, 1000)[1]

    head, tail = text.split(100, 30)

    assert head.wrap(100, 1000)[1] + tail.wrap(100, 1000)[1] == height
    assert text.split(100, 1000) == [text]
    assert text.wrap(100, 1000)[1] == height


def test_the_letter_is_not_written_as_ascii() -> None:
    pdf = pikepdf.open(io.BytesIO(render_letter(letter())))

    filters = {str(item.get("/Filter")) for item in pdf.objects if isinstance(item, pikepdf.Stream)}

    assert "ASCII85" not in "".join(filters)
