"""Whether an uploaded file is a PDF that may be opened at all."""

import io
from collections.abc import Iterator
from typing import Final

import pikepdf

from domain.notices import Reason
from domain.signed_letter import Verdict

MAX_PAGES: Final = 10

_ACTIVE_KEYS: Final = frozenset(
    ("/JavaScript", "/JS", "/AA", "/Launch", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia", "/RichMediaContent")
)
_ACTIVE_NAMES: Final = frozenset(("/JavaScript", "/Launch", "/SubmitForm", "/RichMedia", "/FileAttachment"))

_MESSAGES: Final = {
    "empty": "El archivo está vacío. Escanea la carta firmada y guárdala como PDF.",
    "not_pdf": "El archivo no es un PDF. Escanea la carta firmada y guárdala como PDF.",
    "unreadable": "El PDF está dañado y no se puede abrir. Escanea la carta de nuevo y guárdala como PDF.",
    "encrypted": "El PDF está protegido con contraseña. Guárdalo sin protección y adjúntalo de nuevo.",
    "no_pages": "El PDF no tiene páginas. Escanea la carta firmada de nuevo.",
    "too_many_pages": f"El PDF tiene más de {MAX_PAGES} páginas. Adjunta solo la carta firmada.",
    "active_content": "El PDF trae programas, formularios o archivos adjuntos. "
    "Escanea la carta en papel y guárdala como PDF, sin añadirle nada.",
}


def check_upload(data: bytes, size_bytes: int, limit_bytes: int) -> tuple[Verdict, tuple[Reason, ...]]:
    """Return the verdict on an uploaded file; of a larger one than the limit the beginning is enough."""
    reasons = (_too_large(size_bytes, limit_bytes),) if size_bytes > limit_bytes else check_pdf(data, limit_bytes)
    return (Verdict.REJECTED if reasons else Verdict.ACCEPTED), reasons


def check_pdf(data: bytes, limit_bytes: int) -> tuple[Reason, ...]:
    """Return why a file can't be taken, or nothing when it can; the limit is inclusive."""
    if len(data) > limit_bytes:
        return (_too_large(len(data), limit_bytes),)
    if not data:
        return _because("empty")
    if not data.startswith(b"%PDF-"):
        return _because("not_pdf")
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            return tuple(reason for code in _faults(pdf) for reason in _because(code))
    except pikepdf.PasswordError:
        return _because("encrypted")
    except Exception:  # noqa: BLE001  # parsers leak errors of every class on hostile files
        return _because("unreadable")


def _because(code: str) -> tuple[Reason, ...]:
    return (Reason(code=code, message=_MESSAGES[code]),)


def _too_large(size_bytes: int, limit_bytes: int) -> Reason:
    found, limit = (f"{size / 1_048_576:.2f}".replace(".", ",") for size in (size_bytes, limit_bytes))
    return Reason(
        code="too_large",
        message=f"El archivo pesa {found} MB y el máximo es {limit} MB. Escanea a 150 puntos por pulgada (dpi), "
        "en escala de grises, y guarda como PDF comprimido.",
    )


def _faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "encrypted"
    if len(pdf.pages) == 0:
        yield "no_pages"
    if len(pdf.pages) > MAX_PAGES:
        yield "too_many_pages"
    if _opens_something(pdf.Root) or any(_is_active(item) for item in pdf.objects):
        yield "active_content"


def _opens_something(root: pikepdf.Object) -> bool:
    action = root.get("/OpenAction")
    return isinstance(action, pikepdf.Dictionary) and action.get("/S") != pikepdf.Name.GoTo


def _is_active(item: object) -> bool:
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        if any(key in _ACTIVE_KEYS for key in item.keys()):  # noqa: SIM118  # pikepdf objects are not mappings
            return True
        if any(str(item.get(key)) in _ACTIVE_NAMES for key in ("/S", "/Subtype")):
            return True
        children = [item.get(key) for key in item.keys()]  # noqa: SIM118
    elif isinstance(item, pikepdf.Array):
        children = list(item)
    else:
        return False
    containers = (pikepdf.Dictionary, pikepdf.Array)
    return any(_is_active(child) for child in children if isinstance(child, containers) and not child.is_indirect)
