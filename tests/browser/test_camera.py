"""The pictures of the documents look like the pages."""

import io

from PIL import Image, ImageDraw

from tests.support.browser.camera import smaller

GREEN, NAVY, PAPER = (23, 104, 59), (11, 61, 99), (242, 245, 248)


def page() -> bytes:
    """Return a page with every shade of the edges of letters, a header, a small green bar and some grey paper."""
    picture = Image.new("RGB", (375, 700), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 374, 60), fill=NAVY)
    for number in range(250):
        shade = (23 + number * 230 // 250, 41 + number * 212 // 250, 58 + number * 195 // 250)
        draw.line((10, 100 + 2 * number, 209, 100 + 2 * number), fill=shade)
    draw.rectangle((15, 80, 60, 86), fill=GREEN)
    draw.rectangle((0, 640, 374, 699), fill=PAPER)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_small_spot_keeps_its_colour_in_a_picture_of_few() -> None:
    with Image.open(io.BytesIO(smaller(page()))) as picture:
        shown = picture.convert("RGB")
    places = {(20, 83): GREEN, (3, 3): NAVY, (3, 690): PAPER, (3, 70): (255, 255, 255)}
    assert {place: shown.getpixel(place) for place in places} == places
