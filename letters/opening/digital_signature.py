"""The issued letter signed digitally (PAdES): is it ours, whole, signed under a known root, and by whom.

A signer appends to the file, so a signed letter begins with the very bytes that were issued. Nothing is fetched from
anywhere: revocation is not asked for, and what is trusted lies in a folder that the operator pins.
"""

import io
import logging
import re
import unicodedata
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
import pypdfium2
from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext

from domain.letter.examination import Examination, Measured
from domain.profiles.representative import Representative
from letters.geometry import SIGNATURE_BOX
from letters.opening.offline_loop import finished
from letters.pictures import Image
from letters.reasons import because, outcome

TrustRoots: TypeAlias = tuple[Certificate, ...]

_PIXELS_PER_POINT: Final = 1.5
_CHANGED_GREY: Final = 24
_SIGNATURE_ZONE_MM: Final = (22.0, SIGNATURE_BOX.y_mm - 1.0, 161.0, SIGNATURE_BOX.y_mm + SIGNATURE_BOX.height_mm + 1.0)
"""Left, top, right and bottom of where a digital signature may leave its picture: it covers no words there."""

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def load_trust_roots(folder: Path | None) -> TrustRoots:
    """Return the certificates in a folder's .pem, .crt and .cer files; none without a folder."""
    if folder is None:
        return ()
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in {".pem", ".crt", ".cer"})
    return tuple(certificate for file in files for certificate in _certificates(file.read_bytes()))


def _certificates(data: bytes) -> list[Certificate]:
    if not pem.detect(data):
        return [Certificate.load(data)]
    return [Certificate.load(der) for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]


def judge_signed(data: bytes, issued_pdf: bytes, signer: Representative, roots: TrustRoots) -> Examination:
    """Return whether a file that begins with the issued bytes is that letter, digitally signed by its signer."""
    signatures = PdfFileReader(io.BytesIO(data), strict=False).embedded_regular_signatures
    measured: Measured = {"route": "digital", "signatures": len(signatures), "revocation": "not_checked"}
    if not signatures:
        return _finding(("edited_original",), measured)
    statuses = [_status(signature, roots) for signature in signatures]
    if not _is_whole(statuses):
        return _finding(("signature_broken",), measured)
    doubts = []
    if not all(status.trusted for status in statuses):
        doubts.append("signature_untrusted")
    if not any(_names(signature.signer_cert, signer) for signature in signatures):
        doubts.append("signer_differs")
    if not _same_pages(data, issued_pdf):
        doubts.append("signature_covers_text")
    return _finding(tuple(doubts), measured)


def _status(signature: EmbeddedPdfSignature, roots: TrustRoots) -> PdfSignatureStatus:
    context = ValidationContext(trust_roots=list(roots), allow_fetching=False, revocation_mode="soft-fail")
    return finished(async_validate_pdf_signature(signature, context))


def _finding(codes: tuple[str, ...], measured: Measured) -> Examination:
    return Examination(verdict=outcome(codes), reasons=tuple(map(because, codes)), measured=measured)


def _is_whole(statuses: list[PdfSignatureStatus]) -> bool:
    """Tell whether every signature holds, the last one covers the whole file, and only signatures were added."""
    allowed = {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING}
    return (
        all(status.intact and status.valid and status.modification_level in allowed for status in statuses)
        and all(status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION for status in statuses)
        and any(status.coverage == SignatureCoverageLevel.ENTIRE_FILE for status in statuses)
    )


def _names(certificate: Certificate, signer: Representative) -> bool:
    """Tell whether a certificate's subject carries the signer's document number, wherever its issuer puts it."""
    wanted = _plain(signer.document_number)
    for value in certificate.subject.native.values():
        for text in value if isinstance(value, list) else [value]:
            # CC52345678, CC-52345678, IDCCO-52345678 and 52.345.678 all name 52345678; 152345678 does not.
            groups = re.findall(r"\d+|[A-Z]+", re.sub(r"(?<=\d)[.,](?=\d{3})", "", _fold(str(text))))
            if wanted in groups or wanted == _plain(str(text)) or _plain(str(text)).removeprefix("CC") == wanted:
                return True
    return False


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", _fold(text))


def _same_pages(data: bytes, issued_pdf: bytes) -> bool:
    """Tell whether a signed file shows the issued pages and nothing else, but for a signature in its zone."""
    with pypdfium2.PdfDocument(data) as signed, pypdfium2.PdfDocument(issued_pdf) as issued:
        if len(signed) != len(issued):
            return False
        signed.init_forms()
        return all(_same_page(_shown(signed[index]), _shown(issued[index])) for index in range(len(issued)))


def _shown(page: pypdfium2.PdfPage) -> Image:
    picture: Image = page.render(scale=_PIXELS_PER_POINT, grayscale=True, may_draw_forms=True).to_numpy()
    return picture.reshape(picture.shape[:2])


def _same_page(signed: Image, issued: Image) -> bool:
    if signed.shape != issued.shape:
        return False
    changed = np.asarray(cv2.absdiff(signed, issued)) > _CHANGED_GREY
    left, top, right, bottom = (round(side * 72 / 25.4 * _PIXELS_PER_POINT) for side in _SIGNATURE_ZONE_MM)
    changed[top:bottom, left:right] = False
    return not changed.any()
