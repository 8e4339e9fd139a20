"""Drawing in millimetres from the top left, over reportlab's points from the bottom left."""

from collections.abc import Sequence
from typing import Final

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Paragraph

from letters.codes import Cells
from letters.geometry import FRAME_DARKNESS, FRAME_LINE_MM, PAGE_HEIGHT_MM, Box

MM: Final = 72 / 25.4
"""Points in a millimetre."""

_PARAGRAPH_GAP: Final = 3.0
"""Points between two paragraphs of a column."""


def draw_cells(canvas: Canvas, cells: Cells, box: Box) -> None:
    """Fill the dark cells of a square symbol; neighbours in a row are one rectangle, so that no hairline parts them."""
    count = len(cells)
    side = box.width_mm / count * MM
    left, top = box.x_mm * MM, (PAGE_HEIGHT_MM - box.y_mm) * MM
    # Each number is written once, and not once for each of the hundreds of rectangles.
    across = [_number(left + column * side) for column in range(count)]
    down = [_number(top - (row + 1) * side) for row in range(count)]
    widths = [_number(cells * side) for cells in range(count + 1)]
    drawn = ["n"]
    for row, line in enumerate(cells):
        column = 0
        while column < count:
            start = column
            while column < count and line[column]:
                column += 1
            if column > start:
                drawn.append(f"{across[start]} {down[row]} {widths[column - start]} {widths[1]} re")
            column += 1
    canvas.drawPath(PDFPathObject(drawn), stroke=0, fill=1)


def _number(value: float) -> str:
    return str(fp_str((value,)))


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


class Text(Paragraph):  # type: ignore[misc]  # reportlab has no types
    """A paragraph that breaks its lines once for each width, however often it is asked for its height."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the width and the height."""
        if getattr(self, "width", None) != width or not hasattr(self, "blPara"):
            super().wrap(width, height)
        return self.width, self.height


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

    def add(self, paragraph: Text) -> None:
        """Draw a paragraph below the last one."""
        self._y -= self._draw(paragraph, self._x, self._y, self._width)

    def add_columns(self, left: Sequence[Text], right: Sequence[Text], width_mm: float, height: float) -> None:
        """Draw two columns side by side, the right one at the right edge; `height` is in points."""
        for column, x in ((left, self._x), (right, self._x + self._width - width_mm * MM)):
            y = self._y
            for paragraph in column:
                y -= self._draw(paragraph, x, y, width_mm * MM) + _PARAGRAPH_GAP
        self._y -= height

    def _draw(self, paragraph: Text, x: float, y: float, width: float) -> float:
        height = float(paragraph.wrap(width, y)[1])
        if y - height < self._bottom:
            raise OverflowError
        paragraph.drawOn(self._canvas, x, y - height)
        return height


def split_columns(paragraphs: Sequence[Text], width_mm: float) -> tuple[list[Text], list[Text], float]:
    """Share paragraphs out to two columns of about one height, and return them with that height in points.

    A paragraph may go on in the second column.
    """
    width = width_mm * MM
    heights = [float(paragraph.wrap(width, 1e6)[1]) + _PARAGRAPH_GAP for paragraph in paragraphs]
    half = sum(heights) / 2
    left: list[Text] = []
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


def _height(paragraphs: Sequence[Text], width: float) -> float:
    return sum(float(paragraph.wrap(width, 1e6)[1]) + _PARAGRAPH_GAP for paragraph in paragraphs) - _PARAGRAPH_GAP
