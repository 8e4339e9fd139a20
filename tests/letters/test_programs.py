"""What other programs really make of a picture of the letter: signed it is accepted, unsigned refused.

A program that is not installed is skipped, unless `REQUIRE_PROGRAMS` is set, as in continuous integration; the office
suite is tried only where it is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from tests.support.letters.photos import signed
from tests.support.letters.scans import CAPTURES, capture, image_pdf, sheet

OPTIONAL = frozenset({"soffice"})
SLOW = frozenset({"tesseract", "ocrmypdf", "soffice"})
GHOSTSCRIPT = ("gs", "-q", "-dNOPAUSE", "-dBATCH")
IMG2PDF = (sys.executable, "-m", "img2pdf")
PROGRAMS: dict[str, tuple[str, ...]] = {
    "tesseract": ("tesseract", "page.jpg", "out", "pdf"),
    "OCRmyPDF": ("ocrmypdf", "-q", "page.pdf", "out.pdf"),
    "OCRmyPDF, straightened": ("ocrmypdf", "-q", "--deskew", "--image-dpi", "150", "page.jpg", "out.pdf"),
    "Ghostscript, for reading": (*GHOSTSCRIPT, "-sDEVICE=pdfwrite", "-dPDFSETTINGS=/ebook", "-oout.pdf", "page.pdf"),
    "Ghostscript, pictures": (*GHOSTSCRIPT, "-sDEVICE=pdfimage8", "-r150", "-oout.pdf", "page.pdf"),
    "Cairo": ("pdftocairo", "-pdf", "page.pdf", "out.pdf"),
    "LibreOffice": ("soffice", "--headless", "--convert-to", "pdf:draw_pdf_Export", "--outdir", ".", "page.jpg"),
    "img2pdf": (*IMG2PDF, "page.jpg", "-o", "out.pdf"),
    "img2pdf, without loss": (*IMG2PDF, "page.png", "-o", "out.pdf"),
    "img2pdf, A4 with margins": (*IMG2PDF, "--pagesize", "A4", "--border", "2cm", "page.jpg", "-o", "out.pdf"),
}


def made_by(program: str, paper: np.ndarray, folder: Path) -> bytes:
    """Return what a program makes of a scanned sheet, which lies there as a picture and as a PDF."""
    command = PROGRAMS[program]
    if shutil.which(command[0]) is None:
        if "REQUIRE_PROGRAMS" in os.environ and command[0] not in OPTIONAL:
            pytest.fail(f"{command[0]} is not installed")
        pytest.skip(f"{command[0]} is not installed")
    picture = capture(paper, CAPTURES["flatbed 150"], np.random.default_rng(3))
    upright = picture if picture.shape[0] > picture.shape[1] else cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
    for name in ("page.jpg", "page.png"):
        Image.fromarray(upright).save(folder / name, dpi=(150, 150))
    (folder / "page.pdf").write_bytes(image_pdf([upright]))
    environment = {**os.environ, "HOME": str(folder), "OMP_THREAD_LIMIT": "1"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=300)
    made = folder / "out.pdf"
    return (made if made.exists() else folder / "page.pdf").read_bytes()


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_signed_letter_is_accepted_from_a_real_program(
    checker: LetterChecker, issued: LetterOnRecord, tmp_path: Path, program: str
) -> None:
    found = checker.check(made_by(program, signed(issued.pdf), tmp_path), issued)

    assert (found.verdict.value, [reason.code for reason in found.reasons]) == ("accepted", [])


@pytest.mark.parametrize("program", [name for name, command in PROGRAMS.items() if command[0] not in SLOW])
def test_the_unsigned_letter_is_never_accepted_from_a_real_program(
    checker: LetterChecker, issued: LetterOnRecord, tmp_path: Path, program: str
) -> None:
    found = checker.check(made_by(program, sheet(issued.pdf), tmp_path), issued)

    [reason] = found.reasons
    assert found.verdict.value != "accepted"
    assert reason.code in {"not_signed", "signature_not_visible"}
