"""`python -m letters` as support runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.builders import COMPANY, LENDER, REPRESENTATIVE
from tests.support.letters.hostile import HOSTILE, harmless
from tests.support.letters.scans import scan

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
        timeout=240,
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


def test_a_city_of_wide_letters_wraps(tmp_path: Path) -> None:
    file, out = tmp_path / "letter.json", tmp_path / "letter.pdf"
    file.write_text(json.dumps(LETTER | {"company": COMPANY | {"city": "W" * 60}}))

    assert run("render", str(file), "--out", str(out)).returncode == 0


def test_what_does_not_fit_is_refused_by_every_field_to_shorten(tmp_path: Path) -> None:
    wide = {
        "company": COMPANY | {"legal_name": "…" * 250, "address": "…" * 200, "city": "…" * 60},
        "representative": REPRESENTATIVE
        | {"full_name": "…" * 120, "role": "…" * 100, "document_city": "…" * 60, "email": f"{'m' * 60}@example.co"},
    }
    file, out = tmp_path / "letter.json", tmp_path / "letter.pdf"
    file.write_text(json.dumps(LETTER | wide))

    done = run("render", str(file), "--out", str(out))

    assert (done.returncode, done.stdout, out.exists()) == (2, "", False)
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "company.legal_name",
        "company.address",
        "representative.full_name",
    ]
    assert "…" not in done.stderr


def test_a_path_that_can_not_be_written_is_wrong_input(letter_file: Path, tmp_path: Path) -> None:
    done = run("render", str(letter_file), "--out", str(tmp_path / "nowhere" / "letter.pdf"))

    assert done.returncode == 2
    assert "can't be written" in done.stderr


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


def test_check_prints_a_verdict_for_each_file(letter_file: Path, tmp_path: Path) -> None:
    out, words = tmp_path / "letter.pdf", tmp_path / "words.txt"
    run("render", str(letter_file), "--out", str(out))
    words.write_text("hola")
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(scan(out.read_bytes(), "pen", "flatbed 150", 4))

    done = run("check", str(signed), str(out), str(words), "--letter", str(letter_file))

    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(signed), str(out), str(words)]
    assert [line["verdict"] for line in lines] == ["accepted", "rejected", "rejected"]
    assert [[reason["code"] for reason in line["reasons"]] for line in lines] == [
        [],
        ["unsigned_original"],
        ["not_pdf"],
    ]
    assert lines[0]["measured"]["pages"] == 1
    assert all(line["seconds"] < 15 for line in lines)


def test_gate_prints_for_each_file_whether_it_may_be_looked_at(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(harmless())
    bad.write_bytes(HOSTILE["a script on opening"][0]())

    done = run("gate", str(good), str(bad))

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["accepted"], [reason["code"] for reason in line["reasons"]]) for line in lines] == [
        (True, []),
        (False, ["active_content"]),
    ]


def test_a_file_that_is_not_there_is_named(letter_file: Path, tmp_path: Path) -> None:
    done = run("check", str(tmp_path / "none.pdf"), "--letter", str(letter_file))

    assert done.returncode == 2
    assert "none.pdf" in done.stderr
    assert "Traceback" not in done.stderr
