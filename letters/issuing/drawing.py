"""Drawing in millimetres from the top left, over reportlab's points from the bottom left."""

from collections.abc import Sequence
from typing import Final

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from letters.codes import Cells
from letters.geometry import FRAME_DARKNESS, FRAME_LINE_MM, PAGE_HEIGHT_MM, Box

MM: Final = 72 / 25.4
"""Points in a millimetre."""

_PARAGRAPH_GAP: Final = 3.0
"""Points between two paragraphs of a column."""


def draw_cells(canvas: Canvas, cells: Cells, box: Box) -> None:
    """Fill the dark cells of a square symbol; neighbours in a row are one rectangle, so that no hairline parts them."""
    side = box.width_mm / len(cells) * MM
    left, top = box.x_mm * MM, (PAGE_HEIGHT_MM - box.y_mm) * MM
    path = canvas.beginPath()
    for row, line in enumerate(cells):
        column = 0
        while column < len(line):
            start = column
            while column < len(line) and line[column]:
                column += 1
            if column > start:
                path.rect(left + start * side, top - (row + 1) * side, (column - start) * side, side)
            column += 1
    canvas.drawPath(path, stroke=0, fill=1)


def draw_box(canvas: Canvas, box: Box) -> None:
    """Draw an empty frame."""
    canvas.saveState()
    canvas.setLineWidth(FRAME_LINE_MM * MM)
    canvas.setStrokeGray(1 - FRAME_DARKNESS)
    bottom = (PAGE_HEIGHT_MM - box.y_mm - box.height_mm) * MM
    canvas.rect(box.x_mm * MM, bottom, box.width_mm * MM, box.height_mm * MM, stroke=1, fill=0)
    canvas.restoreState()


def draw_line(canvas: Canvas, text: str, x_mm: float, baseline_mm: float, font: str, points: float) -> None:
    """Draw one line of text by its baseline."""
    canvas.setFont(font, points)
    canvas.drawString(x_mm * MM, (PAGE_HEIGHT_MM - baseline_mm) * MM, text)


class Flow:
    """A column that is filled from the top; `add` raises OverflowError when a paragraph goes below its bottom."""

    def __init__(self, canvas: Canvas, x_mm: float, top_mm: float, width_mm: float, bottom_mm: float) -> None:
        self._canvas = canvas
        self._x = x_mm * MM
        self._width = width_mm * MM
        self._y = (PAGE_HEIGHT_MM - top_mm) * MM
        self._bottom = (PAGE_HEIGHT_MM - bottom_mm) * MM

    @property
    def y_mm(self) -> float:
        """How far down the column is filled."""
        return PAGE_HEIGHT_MM - self._y / MM

    def skip(self, height_mm: float) -> None:
        """Leave white space."""
        self._y -= height_mm * MM

    def add(self, paragraph: Paragraph) -> None:
        """Draw a paragraph below the last one."""
        self._y -= self._draw(paragraph, self._x, self._y, self._width)

    def add_columns(
        self, left: Sequence[Paragraph], right: Sequence[Paragraph], width_mm: float, height: float
    ) -> None:
        """Draw two columns side by side, the right one at the right edge; `height` is in points."""
        for column, x in ((left, self._x), (right, self._x + self._width - width_mm * MM)):
            y = self._y
            for paragraph in column:
                y -= self._draw(paragraph, x, y, width_mm * MM) + _PARAGRAPH_GAP
        self._y -= height

    def _draw(self, paragraph: Paragraph, x: float, y: float, width: float) -> float:
        height = float(paragraph.wrap(width, y)[1])
        if y - height < self._bottom:
            raise OverflowError
        paragraph.drawOn(self._canvas, x, y - height)
        return height


def split_columns(paragraphs: Sequence[Paragraph], width_mm: float) -> tuple[list[Paragraph], list[Paragraph], float]:
    """Share paragraphs out to two columns of about one height, and return them with that height in points.

    A paragraph may go on in the second column.
    """
    width = width_mm * MM
    heights = [float(paragraph.wrap(width, 1e6)[1]) + _PARAGRAPH_GAP for paragraph in paragraphs]
    half = sum(heights) / 2
    left: list[Paragraph] = []
    filled = 0.0
    for position, paragraph in enumerate(paragraphs):
        if filled + heights[position] > half:
            head, *tail = paragraph.split(width, half - filled + paragraph.style.leading / 2) or [None, paragraph]
            if head is not None:
                left.append(head)
            right = [*tail, *paragraphs[position + 1 :]]
            break
        left.append(paragraph)
        filled += heights[position]
    return left, right, max(_height(left, width), _height(right, width))


def _height(paragraphs: Sequence[Paragraph], width: float) -> float:
    return sum(float(paragraph.wrap(width, 1e6)[1]) + _PARAGRAPH_GAP for paragraph in paragraphs) - _PARAGRAPH_GAP
