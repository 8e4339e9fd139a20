"""Every code a verdict can carry, with the Spanish sentence that says what to do.

A code is stable: support searches by it and tests hold on to it. No sentence names a person or another company.
"""

from collections.abc import Collection
from typing import Final

from domain.letter.examination import Verdict
from domain.reason import Reason

_SCAN: Final = "Imprime la carta, fírmala a mano, escanéala completa y adjunta el PDF, o tómale una foto."

MESSAGES: Final = {
    # The file
    "empty": f"El archivo está vacío. {_SCAN}",
    "too_large": "El archivo pesa {found} MB y el máximo es {limit} MB. Escanea a 150 puntos por pulgada (dpi), "
    "en escala de grises, y guarda como PDF comprimido.",
    "too_large_to_shrink": "El archivo pesa {found} MB y al reducirlo a {limit} MB la carta deja de leerse. Adjunta "
    "solo la carta, escaneada a 150 puntos por pulgada (dpi) en escala de grises, o una foto de ella.",
    "not_pdf": f"El archivo no es un PDF ni una foto (JPG, PNG, HEIC o WebP). {_SCAN}",
    "photo_unreadable": "La foto está dañada o incompleta y no se puede abrir. Toma la foto de nuevo y adjúntala.",
    "too_many_pixels": "La foto tiene {found} megapíxeles, más de los que se pueden revisar. Toma la foto de nuevo con "
    "la resolución normal de la cámara.",
    "too_many_photos": "Son más de {limit} fotos. Adjunta solo las de la carta firmada.",
    "several_files": "Adjunta un solo PDF, o una o varias fotos de la carta, pero no las dos cosas.",
    "disguised": f"El archivo mezcla un PDF con otro tipo de archivo. {_SCAN}",
    "unreadable": f"El PDF está dañado o incompleto y no se puede abrir. {_SCAN}",
    "encrypted": "El PDF pide una contraseña para abrirlo. Ábrelo, guárdalo o imprímelo como PDF sin contraseña y "
    "adjúntalo de nuevo.",
    "no_pages": f"El PDF no tiene páginas. {_SCAN}",
    "too_many_pages": "El PDF tiene más de {limit} páginas. Adjunta solo la carta firmada.",
    "page_size": f"El tamaño de una página no es el de una hoja. {_SCAN}",
    "active_content": f"El PDF trae programas, formularios, enlaces automáticos, audio o archivos adjuntos. {_SCAN}",
    "external_content": f"El PDF remite a otros archivos. {_SCAN}",
    "too_complex": f"El PDF es demasiado complejo y no se puede revisar. {_SCAN}",
    "not_a_scan": f"El archivo no es la imagen de una hoja escaneada. {_SCAN}",
    # The letter
    "unsigned_original": f"Es la carta tal como se descargó, sin firmar. {_SCAN}",
    "edited_original": "Es la carta descargada con cambios hechos en el computador, sin firma digital válida. " + _SCAN,
    "code_not_found": "No se encontraron los códigos de la carta. Escanea la hoja completa, sin recortes, dobleces "
    "ni sombras, a 150 dpi o más.",
    "code_unreadable": "Los códigos de la carta no se leen bien; una persona revisará el archivo. "
    "Si quieres adelantar, escanea de nuevo con más resolución y sin sombras.",
    "other_letter": "Esta no es la carta que descargaste para esta empresa. Descarga la carta, fírmala y adjúntala.",
    "older_letter": "Esta carta es de una versión anterior. Descarga la carta actual, fírmala y adjúntala.",
    "digest_differs": "La carta no corresponde a los datos registrados. Descarga la carta actual, fírmala y adjúntala.",
    "page_missing": "Falta una página de la carta. Escanea todas las páginas y adjúntalas en un solo PDF.",
    "extra_pages": "El archivo trae páginas que no son de la carta ({pages}); una persona lo revisará. "
    "Si quieres adelantar, adjunta solo la carta.",
    "drawn_over": "Algo que no es la imagen de la hoja, como un texto o una marca, tapa o agrega partes de la carta; "
    "una persona la revisará. Si quieres adelantar, adjunta el escaneo sin notas ni marcas encima.",
    "black_and_white": "El filtro de blanco y negro borró los códigos de la carta. Escanea de nuevo en escala de "
    "grises o en color, o quita el filtro en la aplicación, y adjúntala otra vez.",
    "text_differs": "El texto no es el de la carta descargada. Descárgala de nuevo, fírmala sin cambiarla y adjúntala.",
    "text_doubtful": "Una parte de la carta no se ve igual a la original; una persona la revisará. "
    "Si quieres adelantar, escanea de nuevo sin sombras ni dobleces.",
    "page_unclear": "La imagen no es clara; una persona la revisará. "
    "Si quieres adelantar, escanea de nuevo a 150 dpi o más, sin sombras ni dobleces.",
    "not_signed": "El recuadro de la firma está vacío. Firma la carta a mano dentro del recuadro y escanéala de nuevo.",
    "signature_not_visible": "No se ve la firma en esta imagen en blanco y negro; una persona la revisará. "
    "Si quieres adelantar, escanea de nuevo en escala de grises o en color.",
    "signature_doubtful": "No es seguro que lo que hay en el recuadro sea una firma a mano; una persona la revisará.",
    # The digital signature
    "signature_broken": "La firma digital no es válida o el archivo cambió después de firmarlo. "
    "Firma de nuevo la carta descargada y adjúntala sin modificarla.",
    "signature_untrusted": "No se pudo comprobar quién expidió el certificado de la firma digital; "
    "una persona la revisará.",
    "signer_differs": "La firma digital no permite reconocer al representante legal; una persona la revisará.",
    "signature_covers_text": "La firma digital cambia o tapa partes de la carta; una persona la revisará.",
}

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


def because(code: str, **values: object) -> Reason:
    """Return a reason by its code, with the values that its sentence shows."""
    return Reason(code=code, message=MESSAGES[code].format(**values))
