"""The files of an upload, as the page takes them: what is plainly wrong is said at once, the rest is the worker's."""

from collections.abc import Sequence
from typing import Final

from fastapi import UploadFile

from domain.letter.examination import MOST_FILES
from domain.letter.file_kind import kind_of, stranger
from portal.web.rendering import megabytes

NOTHING_CHOSEN: Final = "Elige el PDF o las fotos de la carta firmada."
EMPTY: Final = (
    "El archivo está vacío. Si está en la nube, espera a que se descargue en tu equipo y ábrelo para comprobarlo; si "
    "no, escanea la carta de nuevo."
)
MIXED: Final = (
    "Elegiste varios archivos y no todos son fotos. Adjunta un solo PDF, o una o varias fotos de la carta, pero no las "
    "dos cosas."
)


async def chosen(files: Sequence[UploadFile]) -> list[bytes]:
    """Return what was chosen; a field that was left alone sends a file without a name."""
    return [await each.read() for each in files if each.filename]


def problem_of(files: Sequence[bytes], limit_bytes: int) -> str | None:
    """Return what is plainly wrong with an upload, in Spanish."""
    if not files:
        return NOTHING_CHOSEN
    if not all(files):  # such as what a cloud's folder shows of a file that it has not downloaded yet
        return EMPTY
    size_bytes = sum(map(len, files))
    if size_bytes > limit_bytes:
        weighs = "El archivo pesa" if len(files) == 1 else "Las fotos pesan juntas"
        return (
            f"{weighs} {megabytes(size_bytes)} y el máximo es {megabytes(limit_bytes)}. "
            "Adjunta solo la carta: una foto de ella, o un escaneo en escala de grises a 150 dpi (puntos por pulgada)."
        )
    if len(files) > MOST_FILES:
        return f"Son más de {MOST_FILES} fotos. Adjunta solo las de la carta firmada; con una buena basta."
    kinds = [kind_of(data) for data in files]
    if None in kinds:
        return _other_kind(files[kinds.index(None)])
    return MIXED if len(files) > 1 and not all(kind is not None and kind.is_picture for kind in kinds) else None


def _other_kind(data: bytes) -> str:
    seems = stranger(data)
    return (
        "El archivo no es un PDF ni una foto (JPG, PNG, HEIC o WebP). "
        f"{'No lo reconocemos' if seems is None else f'Parece {seems}'}: escanea la carta firmada como PDF o tómale "
        "una foto."
    )
