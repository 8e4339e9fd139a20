"""Every kind of thing that the bucket holds, in one table: whose it is, what it is to a person, and when it goes.

Export, erasure and retention go by this table, and a test holds it against every key function of `domain.bucket`. A
new kind of key is a row here, and one in `docs/retention.md`.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain import bucket
from domain.retention import Expiry


class Fate(StrEnum):
    """What becomes of a kind when a company's data are erased."""

    GOES = "goes"
    GOES_WITH_CASE = "goes_with_case"
    """A case that goes on needs it; without one it goes."""
    LETTER = "letter"
    """Of a letter that was accepted it is evidence; of another one it goes."""
    LOAN = "loan"
    """It dates the loan, and has no personal data."""
    CONSENT = "consent"
    """It proves the authorization, and must be kept as a proof."""
    RECORD = "record"
    """It says what was done to many companies or with the data, by ids alone; it ends by age."""


@dataclass(frozen=True)
class Kind:
    """One row. `es` and `en` explain it to a person; `title` is Spanish too, and names the folder of the export."""

    name: str
    title: str
    es: str
    en: str
    fate: Fate
    keys: tuple[Callable[..., str], ...] = ()
    prefix: str = ""
    rest: str | None = None
    """What follows the prefix and the company id, as a pattern; None where a key tells no company."""
    named_in: bool = False
    """Whether what lies there names companies in its content."""
    company_in_key: Callable[[str], str | None] | None = None
    """Tells whose it is from a key that does not begin with it."""
    expiry: Expiry | None = None

    def has(self, company_id: str, key: str) -> bool:
        """Tell whether a key is of this kind and of this company."""
        if self.rest is None:
            return False
        return re.fullmatch(re.escape(f"{self.prefix}{company_id}") + self.rest, key) is not None


_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_SHA: Final = r"[0-9a-f]{64}"

COMPANY: Final = Kind(
    "company", "Datos de la empresa",
    "Los datos de la empresa que se usan hoy y todas las versiones anteriores.",
    "The company's data as they are used today, and every earlier version.",
    Fate.GOES_WITH_CASE, (bucket.company_key, bucket.company_version_key),
    bucket.PROFILES, rf"/company(/{_SHA})?\.json",
)  # fmt: skip
REPRESENTATIVE: Final = Kind(
    "representative", "Datos del representante legal",
    "Los datos del representante legal que se usan hoy y todas las versiones anteriores.",
    "The legal representative's data as they are used today, and every earlier version.",
    Fate.GOES_WITH_CASE, (bucket.representative_key, bucket.representative_version_key),
    bucket.PROFILES, rf"/representative(/{_SHA})?\.json",
)  # fmt: skip
CONSENT: Final = Kind(
    "consent", "Autorizaciones",
    "La prueba de que se autorizó el tratamiento de los datos: cuándo, por dónde y con qué texto.",
    "The proof that the treatment of the data was authorized: when, where, and to which words.",
    Fate.CONSENT, (bucket.consent_key,), bucket.PROFILES, rf"/consents/{_SHA}/[^/]+\.json",
)  # fmt: skip
UPLOAD: Final = Kind(
    "upload", "Archivos recibidos",
    "Los archivos como se subieron, antes de revisarlos.",
    "Files as they were uploaded, before they were checked.",
    Fate.GOES_WITH_CASE, (bucket.inbox_key, bucket.inbox_part_key),
    bucket.INBOX, rf"/{_ID}(\.pdf|/[0-9]+)", expiry=Expiry.INBOX,
)  # fmt: skip
ISSUED: Final = Kind(
    "issued_letter", "Cartas para firmar",
    "Las cartas que se generaron para firmar, y lo que dicen, como datos.",
    "The letters that were issued for signature, and what they say, as data.",
    Fate.GOES_WITH_CASE, (bucket.letter_key, bucket.letter_content_key), "letters/", r"/[^/]+\.(pdf|json)",
)  # fmt: skip
FLATTENED: Final = Kind(
    "flattened_letter", "Imágenes de las cartas firmadas",
    "Imágenes de las páginas de cada carta firmada, para verla sin abrir el original.",
    "Pictures of the pages of each signed letter, to look at it without opening the original.",
    Fate.GOES_WITH_CASE, (bucket.flattened_letter_key, bucket.old_flattened_letter_key),
    bucket.SIGNED, rf"/{_ID}(/flat|-flat)\.pdf", expiry=Expiry.REJECTED,
)  # fmt: skip
SIGNED: Final = Kind(
    "signed_letter", "Cartas firmadas",
    "Cada carta firmada, los archivos de los que se hizo y el resultado de su revisión.",
    "Each signed letter, the files it was made from, and the verdict on it.",
    Fate.LETTER, (bucket.signed_letter_key, bucket.original_key, bucket.verdict_key),
    bucket.SIGNED, rf"/{_ID}(\.pdf|\.json|/original-[0-9]+)", expiry=Expiry.REJECTED,
)  # fmt: skip
FIRST: Final = Kind(
    "first_acceptance", "Préstamo del certificado",
    "La constancia que fija el primer día del préstamo.",
    "The evidence that fixes the loan's first day.",
    Fate.LOAN, (bucket.first_acceptance_key, bucket.old_first_acceptance_key), "loans/", r"(/first)?\.json",
)  # fmt: skip
REVOCATION: Final = Kind(
    "revocation", "Retiro del préstamo",
    "La constancia de que el préstamo se retiró, y cuándo.",
    "The evidence that the loan was taken back, and when.",
    Fate.LOAN, (bucket.loan_revocation_key, bucket.old_loan_revocation_key), "loans/", r"(/|-)revoked\.json",
)  # fmt: skip
ARCHIVE: Final = Kind(
    "archive", "Caso archivado",
    "El caso como quedó cuando se cerró, para poder abrirlo de nuevo.",
    "The case as it was when it was closed, to be taken up again.",
    Fate.GOES_WITH_CASE, (bucket.archive_key,), "cases/", r"\.json",
)  # fmt: skip
SNAPSHOT: Final = Kind(
    "snapshot", "Caso en curso",
    "Lo que el caso sabía después de lo último que pasó, para poder empezarlo de nuevo si se pierde.",
    "What the case knew after the last thing that happened, to be started anew should it be lost.",
    Fate.GOES_WITH_CASE, (bucket.snapshot_key,), bucket.SNAPSHOTS, r"\.json",
)  # fmt: skip
EARLIER: Final = Kind(
    "earlier", "Historia anterior del caso",
    "Lo que pasó en el caso antes de lo que hoy muestra su línea de tiempo.",
    "What happened in the case before what its timeline shows today.",
    Fate.GOES_WITH_CASE, (bucket.earlier_key,), "earlier/", r"/[^/]+\.json",
)  # fmt: skip
NOTICE: Final = Kind(
    "notice", "Correos enviados",
    "Una marca por cada correo, para no enviarlo dos veces: cuándo salió. No guarda el texto ni la dirección.",
    "A marker for each mail, so that it is not sent twice: when it went out. It has neither text nor address.",
    Fate.GOES_WITH_CASE, (bucket.notice_key,), "notices/", r"/.+\.json",
)  # fmt: skip
ADDRESS: Final = Kind(
    "address", "Direcciones conocidas",
    "Una marca por cada dirección de correo a la que ya se le escribió, por un resumen y no por su texto.",
    "A marker for each address that has had a mail, under a digest and not under its text.",
    Fate.GOES_WITH_CASE, (bucket.address_key,), "addresses/", rf"/{_SHA}\.json",
)  # fmt: skip
WRAPPED: Final = Kind(
    "wrapped_key", "Llave de cifrado",
    "La llave con que se cifra el caso de la empresa; no se entrega, porque está cifrada a su vez.",
    "The key that the company's case is encrypted with; it is not given out, and is encrypted itself.",
    Fate.GOES_WITH_CASE, (bucket.wrapped_key,), bucket.KEYS, r"\.json",
)  # fmt: skip
ERASURE: Final = Kind(
    "erasure", "Supresiones",
    "La constancia de que se suprimieron datos, y de lo que hubo que conservar.",
    "The record that data were erased, and of what had to be kept.",
    Fate.LOAN, (bucket.erasure_key,), "erasures/", r"\.json",
)  # fmt: skip
SESSION: Final = Kind(
    "session", "Sesiones",
    "Cuándo entró una persona al portal por última vez.",
    "When a person last came into the portal.",
    Fate.GOES, (bucket.session_key,), bucket.SESSIONS, named_in=True, expiry=Expiry.SESSIONS,
)  # fmt: skip
REQUEST: Final = Kind(
    "request", "Peticiones del sistema de facturación",
    "Una marca por cada petición que inició el caso, para responder igual si se repite.",
    "A marker for each request that started the case, so that a repeat gets the same answer.",
    Fate.GOES, (bucket.request_key,), bucket.REQUESTS, named_in=True, expiry=Expiry.REQUESTS,
)  # fmt: skip
BATCH: Final = Kind(
    "batch", "Envíos a muchas empresas",
    "Los envíos de soporte a muchas empresas a la vez en los que estuvo esta.",
    "Batches of support to many companies that reached this one.",
    Fate.RECORD, (bucket.batch_key,), f"{bucket.DESK}batches/", named_in=True, expiry=Expiry.DESK,
)  # fmt: skip
PROPOSAL: Final = Kind(
    "proposal", "Propuestas de soporte",
    "Lo que alguien de soporte ensayó o propuso para esta empresa.",
    "What somebody of support rehearsed or proposed for this company.",
    Fate.RECORD, (bucket.proposal_key,), bucket.PROPOSALS, named_in=True, expiry=Expiry.DESK,
)  # fmt: skip
MARK: Final = Kind(
    "mark", "Marcas del directorio",
    "Una marca vacía por cada vez que se guardaron datos de la empresa, para que soporte la encuentre.",
    "An empty mark for each time that data of the company were stored, so that support finds it.",
    Fate.RECORD, (bucket.mark_key,), bucket.MARKS, company_in_key=bucket.company_of_mark, expiry=Expiry.MARKS,
)  # fmt: skip
TRAIL: Final = Kind(
    "trail", "Auditoría",
    "Quién hizo qué en el caso y cuándo: por resúmenes, sin nombres.",
    "Who did what in the case, and when: by digests, without names.",
    Fate.RECORD, (bucket.audit_key,), bucket.AUDIT, named_in=True,
)  # fmt: skip
HAND_OFF: Final = Kind(
    "hand_off", "Entradas",
    "Una marca por cada entrada al portal; no dice de quién.",
    "A marker for each hand-off to the portal; it does not say whose.",
    Fate.RECORD, (bucket.entry_key,), bucket.ENTRIES, expiry=Expiry.ENTRIES,
)  # fmt: skip
HAND_ENTRIES: Final = Kind(
    "hand_entries", "Cuenta de soporte",
    "Cuánto ha registrado o enviado cada persona de soporte; no dice para quién.",
    "How much each person of support has entered by hand or sent; it does not say for whom.",
    Fate.RECORD, (bucket.hand_entries_key, bucket.hand_batches_key), f"{bucket.DESK}entries/", expiry=Expiry.DESK,
)  # fmt: skip
OTHER: Final = Kind(
    "other", "Otros",
    "Lo que está guardado bajo el nombre de la empresa y no es nada de lo anterior.",
    "What lies under the company's id and is none of the above.",
    Fate.GOES_WITH_CASE,
)  # fmt: skip

KINDS: Final = (
    COMPANY, REPRESENTATIVE, CONSENT, ISSUED, UPLOAD, FLATTENED, SIGNED, FIRST, REVOCATION, ARCHIVE, SNAPSHOT, EARLIER,
    NOTICE, ADDRESS, WRAPPED, SESSION, REQUEST, BATCH, PROPOSAL, MARK, TRAIL, ERASURE, HAND_OFF, HAND_ENTRIES, OTHER,
)  # fmt: skip
"""In the order of the export. Of two that fit a key, the first counts."""

PREFIXES: Final = tuple(dict.fromkeys(each.prefix for each in KINDS if each.rest is not None))
"""Below these lies what has a company's id in its key."""


def kind_of(company_id: str, key: str, there: Collection[str] = ()) -> Kind | None:
    """Return what a company has under a key, or None where the key is not its own.

    An upload whose id ends in `-flat` lies where pictures lay before; it has a verdict of its own among what is there.
    """
    if _is_letter(company_id, key, there):
        return SIGNED
    found = next((each for each in KINDS if each.has(company_id, key)), None)
    if found is None and any(key.startswith(f"{prefix}{company_id}/") for prefix in PREFIXES):
        return OTHER
    return found


def upload_of(company_id: str, key: str, there: Collection[str] = ()) -> str | None:
    """Return which upload a key is about, told as `kind_of` does; None where it is about none."""
    places = "|".join((bucket.SIGNED, bucket.INBOX))
    pattern = rf"({_ID})[./]" if _is_letter(company_id, key, there) else rf"({_ID}?)(?:-flat\.pdf|[./])"
    found = re.match(rf"(?:{places}){re.escape(company_id)}/{pattern}", key)
    return None if found is None else found[1]


def _is_letter(company_id: str, key: str, there: Collection[str]) -> bool:
    folder = f"{bucket.SIGNED}{company_id}/"
    upload_id = key.removeprefix(folder).removesuffix(".pdf")
    named = key == f"{folder}{upload_id}.pdf" and "/" not in upload_id
    return named and bucket.verdict_key(company_id, upload_id) in there
