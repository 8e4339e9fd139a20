"""The person who signs for the company."""

from domain.model import Model
from domain.profiles.identity import SPANISH_NAMES, DocumentNumber, SigningDocumentType, is_usual_number
from domain.profiles.phone import Phone
from domain.profiles.text import Label, MailAddress, Name, Role
from domain.reason import Reason


class Representative(Model):
    """The legal representative, as the letter names them."""

    full_name: Name
    document_type: SigningDocumentType
    document_number: DocumentNumber
    document_city: Label
    """Where the document was issued."""
    role: Role
    email: MailAddress
    phone: Phone


def warnings(representative: Representative) -> tuple[Reason, ...]:
    """Return what looks unusual and a person should read again; none of it refuses the data."""
    kind = representative.document_type
    found = []
    if not is_usual_number(kind, representative.document_number):
        found.append(
            Reason(
                code="document_number_unusual",
                message=f"El número no se parece a los de una {SPANISH_NAMES[kind]}. Revísalo antes de firmar la carta."
                if kind.value in {"CC", "CE"}
                else f"El número no se parece a los de un {SPANISH_NAMES[kind]}. Revísalo antes de firmar la carta.",
            )
        )
    if " " not in representative.full_name:
        found.append(Reason(code="name_of_one_word", message="Escribe nombres y apellidos como están en el documento."))
    return tuple(found)
