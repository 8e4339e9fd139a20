"""The issued letter signed digitally instead of by hand."""

from collections.abc import Iterator

import pytest

from domain.letter.examination import Examination, LetterOnRecord, Verdict
from letters import LetterChecker
from tests.support.letters.signing import rewritten, sign, with_words_added, write_root

IN_THE_BOX = (80, 120, 300, 180)
OVER_THE_TEXT = (100, 400, 400, 480)


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LetterChecker]:
    folder = tmp_path_factory.mktemp("roots")
    write_root(folder)
    (folder / "README.txt").write_text("not a certificate")
    with LetterChecker(folder) as checker:
        yield checker


def told(verdict: Examination) -> tuple[str, list[str]]:
    return str(verdict.verdict), [reason.code for reason in verdict.reasons]


def test_signed_by_the_representative_under_a_known_root_is_accepted(
    trusting: LetterChecker, issued: LetterOnRecord
) -> None:
    verdict = trusting.check(sign(issued.pdf), issued)

    assert told(verdict) == ("accepted", [])
    assert verdict.measured["signatures"] == 1


@pytest.mark.parametrize("serial", ["52345678", "CC-52345678", "IDCCO-52345678", "52.345.678"])
def test_the_document_number_is_found_wherever_its_issuer_writes_it(
    trusting: LetterChecker, issued: LetterOnRecord, serial: str
) -> None:
    assert told(trusting.check(sign(issued.pdf, serial=serial), issued)) == ("accepted", [])


def test_a_visible_signature_in_its_box_is_accepted(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(trusting.check(sign(issued.pdf, box=IN_THE_BOX), issued)) == ("accepted", [])


def test_a_visible_signature_over_the_words_waits_for_a_person(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(trusting.check(sign(issued.pdf, box=OVER_THE_TEXT), issued)) == (
        "under_review",
        ["signature_covers_text"],
    )


def test_two_signatures_are_accepted_when_one_is_the_representative_s(
    trusting: LetterChecker, issued: LetterOnRecord
) -> None:
    twice = sign(sign(issued.pdf, name="NOTARIO", serial="CC999"), field="Firma2")

    verdict = trusting.check(twice, issued)

    assert told(verdict) == ("accepted", [])
    assert verdict.measured["signatures"] == 2


@pytest.mark.parametrize("serial", ["", "CC152345678", "CC5234567"])
def test_another_signer_waits_for_a_person(trusting: LetterChecker, issued: LetterOnRecord, serial: str) -> None:
    assert told(trusting.check(sign(issued.pdf, serial=serial), issued)) == ("under_review", ["signer_differs"])


def test_another_root_or_an_expired_certificate_waits_for_a_person(
    trusting: LetterChecker, issued: LetterOnRecord
) -> None:
    other = sign(issued.pdf, authority="Otra Autoridad")
    expired = sign(issued.pdf, days=-30)

    assert told(trusting.check(other, issued)) == ("under_review", ["signature_untrusted"])
    assert told(trusting.check(expired, issued)) == ("under_review", ["signature_untrusted"])


def test_without_a_folder_of_roots_nobody_is_trusted(checker: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(checker.check(sign(issued.pdf), issued)) == ("under_review", ["signature_untrusted"])


def test_words_added_after_signing_are_refused(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(trusting.check(with_words_added(sign(issued.pdf)), issued)) == ("rejected", ["signature_broken"])


def test_words_added_before_signing_are_not_accepted(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    forged = sign(with_words_added(issued.pdf))

    assert forged.startswith(issued.pdf)
    assert told(trusting.check(forged, issued)) == ("under_review", ["signature_covers_text"])


def test_a_changed_byte_is_refused(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    signed = bytearray(sign(issued.pdf))
    signed[signed.rindex(b"/SigFlags") + 10] ^= 1

    assert told(trusting.check(bytes(signed), issued))[0] == "rejected"


def test_a_signed_file_that_was_rewritten_is_refused(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(trusting.check(rewritten(sign(issued.pdf)), issued))[0] == "rejected"


def test_our_letter_with_edits_and_no_signature_is_refused(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(trusting.check(with_words_added(issued.pdf), issued)) == ("rejected", ["edited_original"])


def test_the_letter_as_it_was_downloaded_is_not_signed(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    assert told(trusting.check(issued.pdf, issued)) == ("rejected", ["unsigned_original"])


def test_a_torn_signed_file_is_refused(trusting: LetterChecker, issued: LetterOnRecord) -> None:
    signed = sign(issued.pdf)

    verdict = trusting.check(signed[: len(signed) - 2000], issued)

    assert verdict.verdict is Verdict.REJECTED
