"""Every code a verdict can carry, with the Spanish sentence that says what to do.

A code is stable: support searches by it and tests hold on to it. No sentence names a person or another company.
"""

from collections.abc import Collection
from typing import Final

from domain.letter.examination import Verdict
from domain.letter.file_kind import stranger
from domain.reason import Reason

_SIGN: Final = "Imprime la carta, fírmala a mano con lapicero y tómale una foto o escanéala."
"""For who has signed nothing on paper yet."""
_PHOTO: Final = "Toma una foto de la carta firmada, completa y con buena luz, y adjúntala en lugar de este archivo."
"""For who most likely has a signed sheet, and a file that can't be used: whatever made the file, a photo works."""
_PERSON: Final = "una persona la revisará. Si no quieres esperar,"

MESSAGES: Final = {
    # The file
    "empty": f"El archivo está vacío: no trae nada. {_PHOTO}",
    "too_large": "El archivo pesa {found} MB y el máximo es {limit} MB. Adjunta solo la carta: una foto de ella, o un "
    "escaneo en escala de grises a 150 dpi (puntos por pulgada).",
    "too_large_to_shrink": "El archivo pesa {found} MB y al reducirlo a {limit} MB la carta deja de leerse. Adjunta "
    "una sola foto de la carta firmada, completa y con buena luz, sin otras hojas.",
    "not_pdf": "El archivo no es un PDF ni una foto (JPG, PNG, HEIC o WebP). {seems}: escanea la carta firmada como "
    "PDF o tómale una foto.",
    "photo_unreadable": "La foto está dañada o incompleta y no se puede abrir. Toma la foto de nuevo y adjúntala.",
    "too_many_pixels": "La foto tiene {found} megapíxeles y es demasiado grande para revisarla. Tómala de nuevo con el "
    "tamaño normal de la cámara, sin el modo de más megapíxeles.",
    "too_many_photos": "Son más de {limit} fotos. Adjunta solo las de la carta firmada; con una buena basta.",
    "several_files": "Elegiste varios archivos y no todos son fotos. Adjunta un solo PDF, o una o varias fotos de la "
    "carta, pero no las dos cosas.",
    "disguised": f"El archivo trae otra cosa pegada al PDF o a la foto, y por seguridad no lo abrimos. {_PHOTO}",
    "unreadable": f"El PDF está dañado o incompleto y no se puede abrir. {_PHOTO}",
    "encrypted": "El PDF pide una contraseña para abrirlo. Toma una foto de la carta firmada y adjúntala, o abre el "
    "PDF con la contraseña, imprímelo como PDF y adjunta el archivo nuevo.",
    "no_pages": f"El PDF no tiene páginas. {_PHOTO}",
    "too_many_pages": "El PDF tiene más de {limit} páginas. Escanea solo la carta firmada, o tómale una foto, y "
    "adjúntala.",
    "page_size": f"Una página del PDF no tiene el tamaño de una hoja. {_PHOTO}",
    "active_content": "El PDF trae algo más que páginas, como un formulario, un programa, audio o un archivo adjunto, "
    f"y por seguridad no lo abrimos. {_PHOTO}",
    "external_content": f"El PDF depende de otros archivos que no vienen en él. {_PHOTO}",
    "too_complex": f"El archivo es demasiado grande o complejo para revisarlo. {_PHOTO}",
    "not_a_scan": "El archivo no trae la imagen de una hoja, sino un documento hecho o firmado en el computador o el "
    f"teléfono. {_SIGN}",
    # The letter
    "unsigned_original": f"Es la carta tal como se descargó, sin firmar. {_SIGN}",
    "edited_original": "Es la carta descargada con cambios hechos en el computador o el teléfono; una firma pegada o "
    f"dibujada en la pantalla no cuenta. {_SIGN}",
    "code_not_found": "No encontramos los códigos QR de la carta en la imagen. Comprueba que sea la carta firmada y "
    "toma una foto de la hoja completa, de frente, sin sombras y con buena luz.",
    "code_unreadable": f"Los códigos QR de la carta no se leen bien; {_PERSON} toma una foto de la hoja completa, bien "
    "enfocada y con buena luz.",
    "other_letter": "Esta no es la carta que descargaste para esta empresa. Descarga la carta de nuevo, imprímela, "
    "fírmala y adjúntala.",
    "older_letter": "Esta carta es de una versión anterior y ya no sirve. Descarga la carta actual, imprímela, "
    "fírmala y adjúntala.",
    "digest_differs": "La carta no corresponde a los datos registrados. Descarga la carta actual, imprímela, fírmala "
    "y adjúntala.",
    "page_missing": "Falta una página de la carta. Escanea todas las páginas en un solo PDF, o toma una foto de cada "
    "una, y adjúntalas juntas.",
    "extra_pages": "El archivo trae páginas que no son de la carta ({pages}); una persona lo revisará. Si no quieres "
    "esperar, adjunta solo la carta, o una foto de ella.",
    "drawn_over": "Sobre la hoja escaneada hay algo puesto en el computador o el teléfono, como un texto, una marca o "
    f"una firma dibujada; {_PERSON} adjunta una foto de la hoja firmada a mano, sin nada encima.",
    "black_and_white": "El filtro de blanco y negro{of_maker} borró los códigos QR de la carta. Toma una foto con la "
    "cámara del teléfono, sin filtros, o escanéala de nuevo en color{with_maker}, y adjúntala.",
    "text_differs": "El texto no es el de la carta que descargaste. Descárgala de nuevo, imprímela, fírmala sin "
    "escribir nada más y adjúntala.",
    "text_doubtful": f"Una parte de la carta no se ve igual a la original; {_PERSON} toma una foto de la hoja bien "
    "plana, sin sombras ni dobleces.",
    "page_unclear": f"La imagen de la carta no es clara; {_PERSON} toma una foto de la hoja completa, bien enfocada y "
    "con buena luz.",
    "not_signed": "El recuadro de la firma está vacío. Firma la carta a mano dentro del recuadro, con lapicero oscuro "
    "(un sello o una firma pegada no cuentan), y tómale una foto o escanéala de nuevo.",
    "signature_not_visible": "En esta imagen en blanco y negro no se ve la firma de la carta; una persona la revisará. "
    "Si no quieres esperar, toma una foto con la cámara del teléfono, sin filtros, o escanéala en color{with_maker}.",
    "signature_doubtful": "No es seguro que lo que hay en el recuadro de la carta sea una firma a mano; "
    f"{_PERSON} firma otra copia dentro del recuadro, con lapicero oscuro y sin sellos, y adjúntala.",
    # The digital signature
    "signature_broken": "La firma digital no es válida o el archivo cambió después de firmarlo. Firma de nuevo la "
    "carta descargada y adjúntala sin cambiarla, o imprímela, fírmala a mano y tómale una foto.",
    "signature_untrusted": "No se pudo comprobar quién expidió el certificado con el que se firmó la carta; "
    f"{_PERSON} imprímela, fírmala a mano y tómale una foto.",
    "signer_differs": f"La firma digital de la carta no permite reconocer al representante legal; {_PERSON} "
    "imprímela, fírmala a mano y tómale una foto.",
    "signature_covers_text": f"La firma digital cambia o tapa partes de la carta; {_PERSON} imprímela, fírmala a mano "
    "y tómale una foto.",
}
"""A second sentence is the next step, and the one that works whatever made the file comes first in it."""

MAKERS: Final = ("CamScanner", "Adobe Scan", "Genius Scan", "Microsoft Lens", "Office Lens", "Tiny Scanner", "HP Scan")
"""Programs that make scans and write their name into them: who reads it knows which one to open."""

DOUBTS: Final = frozenset(
    (
        *("code_unreadable", "drawn_over", "extra_pages", "text_doubtful", "page_unclear", "signature_not_visible"),
        *("signature_doubtful", "signature_untrusted", "signer_differs", "signature_covers_text"),
    )
)
"""What a person decides; every other code rejects."""


def outcome(codes: Collection[str]) -> Verdict:
    """Return the one verdict that codes stand for."""
    if "drawn_over" in codes:
        return Verdict.UNDER_REVIEW  # what it covers or adds may be the very thing that is missing
    if any(code not in DOUBTS for code in codes):
        return Verdict.REJECTED
    return Verdict.UNDER_REVIEW if codes else Verdict.ACCEPTED


def not_pdf(data: bytes) -> Reason:
    """Return the refusal of a file for its kind, which it names where it is one that people send."""
    seems = stranger(data)
    return because("not_pdf", seems="No lo reconocemos" if seems is None else f"Parece {seems}")


def made_by(code: str, maker: str | None) -> Reason:
    """Return a reason that says which program to use in another way, where its name stands in the file."""
    if maker is None:
        return because(code, of_maker="", with_maker="")
    return because(code, of_maker=f" de {maker}", with_maker=f" con {maker}")


def because(code: str, **values: object) -> Reason:
    """Return a reason by its code, with the values that its sentence shows."""
    return Reason(code=code, message=MESSAGES[code].format(**values))
