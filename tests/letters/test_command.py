"""`python -m letters` as support runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import COMPANY, LENDER, REPRESENTATIVE

LETTER = {
    "company": COMPANY,
    "representative": REPRESENTATIVE,
    "folio": "AC-7K3M-9PQR-2XYZ",
    "issued_on": "2026-11-24",
    "loan_days": 30,
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "letters", *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def letter_file(tmp_path: Path) -> Path:
    file = tmp_path / "letter.json"
    file.write_text(json.dumps(LETTER))
    return file


def test_geometry_names_every_landmark_from_the_top_left() -> None:
    done = run("geometry")

    printed = json.loads(done.stdout)
    assert printed["page"] == {"width_mm": 215.9, "height_mm": 279.4}
    (page,) = printed["pages"]
    assert (len(page["signature_boxes"]), len(page["codes"]), len(page["fiducials"])) == (1, 2, 4)
    assert set(page["codes"][0]) == {"x_mm", "y_mm", "width_mm", "height_mm"}


def test_render_writes_the_pdf(letter_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "letter.pdf"

    done = run("render", str(letter_file), "--out", str(out))

    assert done.returncode == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert json.loads(done.stdout)["folio"] == LETTER["folio"]


def test_render_takes_another_lender(letter_file: Path, tmp_path: Path) -> None:
    lender, out = tmp_path / "lender.json", tmp_path / "letter.pdf"
    lender.write_text(json.dumps(LENDER))
    run("render", str(letter_file), "--out", str(out))
    sample = out.read_bytes()

    done = run("render", str(letter_file), "--out", str(out), "--lender", str(lender))

    assert done.returncode == 0
    assert out.read_bytes() != sample


def test_wrong_input_names_every_field_and_writes_nothing(tmp_path: Path) -> None:
    wrong, out = tmp_path / "letter.json", tmp_path / "letter.pdf"
    wrong.write_text(json.dumps({"company": COMPANY | {"nit": "900373115-4"}, "folio": "x", "issued_on": "2026-11-24"}))

    done = run("render", str(wrong), "--out", str(out))

    assert done.returncode == 2
    assert done.stdout == ""
    named = {line.split(":")[0] for line in done.stderr.splitlines()}
    assert named == {"company.nit", *(f"representative.{name}" for name in REPRESENTATIVE), "folio", "loan_days"}
    assert not out.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00"])
def test_what_is_no_letter_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "letter.json"
    file.write_text(text)

    done = run("render", str(file), "--out", str(tmp_path / "out.pdf"))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
