"""What a photo of twelve megabytes costs, and whether the worker's memory grows over many."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from PIL import Image as Pillow

from benchmarks.figures import Figure
from benchmarks.letters import whole_check
from benchmarks.sizes import Size
from domain.letter.examination import LetterOnRecord
from letters import LetterChecker, render_letter
from tests.support.builders import letter
from tests.support.letters.photos import photo, written

FORMS: Final = {
    "JPEG": ((3024, 4032), {"quality": 100}),
    "PNG": ((1814, 2419), {}),
    "HEIF": ((3024, 4032), {"quality": 96}),
    "WEBP": ((3024, 4032), {"quality": 99}),
}
"""Pixels and compression that come to about twelve megabytes."""
CPU_GOAL_MS: Final = 3000
GROWTH_GOAL_MB: Final = 10
MB: Final = 1 << 20


def measure(size: Size) -> list[Figure]:
    """Return the figures; the first photos of the many warm the worker up."""
    genuine = letter()
    issued = LetterOnRecord(content=genuine, pdf=render_letter(genuine))
    files = {
        form: written(_grainy(issued.pdf, [round(side * size.photo_scale) for side in pixels]), form, **options)
        for form, (pixels, options) in FORMS.items()
    }
    figures = []
    with LetterChecker() as checker:
        for form, data in files.items():
            found = [whole_check(checker, data, issued) for _ in range(size.rounds)]
            spent = median(float(each.measured["cpu_ms"]) for each in found)
            what = f"a {form} of {len(data) / MB:.1f} MB, CPU to a verdict ({found[0].verdict})"
            figures.append(Figure(what, spent, 0, CPU_GOAL_MS, " ms", absolute=True))
            kept = len(found[0].document or b"") / MB
            figures.append(Figure("the document made of it", kept, 0, 1, " MB", 2, absolute=True))
        used = list(_memory_over(checker, issued, islice(cycle(files.values()), size.photos)))
    warm, last = used[len(used) // 10], used[-1]
    what = f"growth of worker and helper over {len(used)} photos, from {warm:.0f} MB"
    return [*figures, Figure(what, max(last - warm, 0), 0, GROWTH_GOAL_MB, " MB", 1, absolute=True)]


def _grainy(pdf: bytes, pixels: Sequence[int]) -> Pillow.Image:
    """Return a photo with the noise that fills a camera's files."""
    picture = np.asarray(photo(pdf).resize((pixels[0], pixels[1])), np.int16)
    grain = np.random.default_rng(1).normal(0, 5, picture.shape)
    return Pillow.fromarray(np.clip(picture + grain, 0, 255).astype(np.uint8))


def _memory_over(checker: LetterChecker, issued: LetterOnRecord, files: Iterator[bytes]) -> Iterator[float]:
    for data in files:
        checker.check(data, issued)
        yield sum(_resident_mb(each) for each in ("self", checker.helper_pid))


def _resident_mb(process: object) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
