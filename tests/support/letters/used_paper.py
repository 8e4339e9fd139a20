"""Letters printed on used paper: what stands on the back shows through, on white, cream, grey and newsprint stock."""

import cv2
import numpy as np

from tests.support.letters.scans import CAPTURES, CONTENTS, PX, capture, image_pdf, sheet

BACKS = ("handwriting", "print", "stamps", "signature")
STOCKS = {"white": (250, 250, 250), "cream": (214, 236, 246), "grey": (222, 222, 222), "newsprint": (196, 210, 216)}
"""Blue, green, red of the paper."""
STRENGTHS = (0.1, 0.4)
"""How much of the ink of the back is seen in front."""


def _curve(ink: np.ndarray, x: np.ndarray, y: np.ndarray, width_mm: float) -> None:
    points = np.round(np.stack([x, y], axis=1) * PX * 16).astype(np.int32)
    cv2.polylines(ink, [points.reshape(-1, 1, 2)], False, 255, max(1, round(width_mm * PX)), cv2.LINE_AA, 4)


def _handwriting(ink: np.ndarray, rng: np.random.Generator) -> None:
    """Lines of writing all over the sheet, the box included."""
    pitch, width = rng.uniform(7, 12), rng.uniform(0.4, 0.8)
    for top in np.arange(rng.uniform(15, 25), 262, pitch):
        length = rng.uniform(90, 175)
        x = np.linspace(20, 20 + length, 600)
        waves = rng.uniform(0.5, 0.9) * x + rng.uniform(0, 6)
        y = top + rng.uniform(1.2, 3.2) * np.sin(waves) * (0.6 + 0.4 * np.sin(x / rng.uniform(5, 11)))
        _curve(ink, x + rng.uniform(0.5, 1.5) * np.cos(waves * 2), y, width)


def _print(ink: np.ndarray, rng: np.random.Generator) -> None:
    scale, pitch = rng.uniform(0.9, 1.6), rng.uniform(5, 8)
    words = ["remision", "factura", "cantidad", "valor total", "vencimiento", "cliente", "bodega", "1.250.000"]
    for top in np.arange(20, 262, pitch):
        text = " ".join(rng.choice(words, rng.integers(3, 9)))
        at = (round(20 * PX), round(top * PX))
        cv2.putText(ink, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, int(rng.integers(2, 5)), cv2.LINE_AA)


def _stamps(ink: np.ndarray, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(4, 9))):
        centre = (round(rng.uniform(30, 185) * PX), round(rng.uniform(30, 250) * PX))
        cv2.circle(ink, centre, round(rng.uniform(9, 14) * PX), 255, round(0.6 * PX), cv2.LINE_AA)
    centre = (round(rng.uniform(40, 100) * PX), round(rng.uniform(218, 232) * PX))
    cv2.circle(ink, centre, round(rng.uniform(8, 13) * PX), 255, round(0.6 * PX), cv2.LINE_AA)
    cv2.putText(ink, "RECIBIDO", (centre[0] - 90, centre[1]), cv2.FONT_HERSHEY_DUPLEX, 1.2, 255, 4, cv2.LINE_AA)


def _signature(ink: np.ndarray, rng: np.random.Generator) -> None:
    """Another signature, right behind the box."""
    x = np.linspace(rng.uniform(30, 45), rng.uniform(80, 110), 400)
    loops = rng.uniform(0.5, 1.1)
    y = 225 + rng.uniform(5, 9) * np.sin(x * loops) * np.sin(x / 17)
    _curve(ink, x + 3 * np.sin(x * loops * 1.7), y, rng.uniform(0.5, 0.9))


def used(paper: np.ndarray, back: str, stock: str, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Return a printed sheet as it looks when its back has been used before."""
    ink = np.zeros(paper.shape[:2], np.uint8)
    {"handwriting": _handwriting, "print": _print, "stamps": _stamps, "signature": _signature}[back](ink, rng)
    through = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.12, 0.5) * PX).astype(np.float32) / 255 * strength
    fibres = cv2.GaussianBlur(rng.standard_normal(paper.shape[:2]).astype(np.float32), (0, 0), 1.5) * 6
    tint = np.array(STOCKS[stock], np.float32) / 255
    shown = paper.astype(np.float32) * tint * (1 - through[:, :, None]) + fibres[:, :, None]
    return np.clip(shown, 0, 255).astype(np.uint8)


def scan_of_used(pdf: bytes, content: str, condition: str, seed: int, turn: int | None = None) -> bytes:
    """Return a capture of the letter on used paper, with something in the box; all but that follows from the seed.

    Where seeds are only odd or only even, `turn` takes its place in choosing back and stock: else half of them is seen.
    """
    turn = seed if turn is None else turn
    rng = np.random.default_rng([seed, list(CAPTURES).index(condition), list(CONTENTS).index(content), 77])
    back, stock = BACKS[turn % len(BACKS)], list(STOCKS)[turn // len(BACKS) % len(STOCKS)]
    paper = used(sheet(pdf), back, stock, rng.uniform(*STRENGTHS), rng)
    CONTENTS[content](paper, rng)
    how = CAPTURES[condition]
    return image_pdf([capture(paper, how, rng)], int(rng.integers(*how.quality)))
