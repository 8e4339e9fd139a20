"""The letter's words. A change here is a new template version (domain.letter.content.TEMPLATE_VERSION).

The wording is ours and waits for a Colombian lawyer's review. It authorises a signature rather than lending a key
(Decreto 2364 de 2012, art. 4: the key belongs to its holder alone) and leaves out wilful misconduct and gross
negligence (Código Civil, art. 63 and 1522), which nobody can be exonerated from in advance.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from babel.dates import format_date

from domain.letter.content import LetterContent
from domain.profiles.company import PersonType
from domain.profiles.identity import SPANISH_NAMES

TITLE: Final = "Carta de autorización de firma y exoneración de responsabilidad"
SUBTITLE: Final = "Uso temporal del certificado digital del prestador"

_JURIDICA: Final = (
    "<b>{representative}</b>, mayor de edad, identificado(a) con {document} número <b>{number}</b>, expedida en "
    "{document_city}, obrando en calidad de {role} y representante legal de <b>{company}</b>, con NIT <b>{nit}</b> y "
    "domicilio en {address}, {company_city} (en adelante, EL FACTURADOR), calidad que consta en el certificado de "
    "existencia y representación vigente, manifiesto lo siguiente a <b>{lender}</b>, NIT {lender_nit} (en adelante, "
    "EL PRESTADOR):"
)

_NATURAL: Final = (
    "<b>{representative}</b>, mayor de edad, identificado(a) con {document} número <b>{number}</b>, expedida en "
    "{document_city}, obrando en nombre propio, en mi condición de comerciante, bajo el nombre <b>{company}</b>, con "
    "NIT <b>{nit}</b> y domicilio en {address}, {company_city} (en adelante, EL FACTURADOR), manifiesto lo siguiente a "
    "<b>{lender}</b>, NIT {lender_nit} (en adelante, EL PRESTADOR):"
)


class Clause(NamedTuple):
    """A numbered clause; the text's braces stand for the variables that `words` gives."""

    heading: str
    text: str


def _clause(heading: str, text: str) -> Clause:
    return Clause(heading, " ".join(text.split()))


CLAUSES: Final = (
    _clause(
        "PRIMERA. Objeto.",
        """
        Mediante este documento EL FACTURADOR solicita y acepta que EL PRESTADOR respalde, con el
        certificado digital del cual este último es titular, la firma de los documentos electrónicos que EL
        FACTURADOR genere en la plataforma, mientras obtiene su certificado propio.
        """,
    ),
    _clause(
        "SEGUNDA. Autorización expresa.",
        """
        EL FACTURADOR faculta de forma expresa a EL PRESTADOR para estampar dicha firma en las facturas,
        notas y demás documentos que aquel ordene emitir. La autorización no supone entrega, copia ni cesión
        de la clave privada, cuyo control permanece exclusivamente en cabeza de EL PRESTADOR.
        """,
    ),
    _clause(
        "TERCERA. Transitoriedad.",
        """
        El beneficio se concede por <b>{loan_days} días calendario</b>, contados desde la fecha en que la
        plataforma registre la recepción de la primera carta firmada. La presentación posterior de nuevas
        versiones actualiza la información del firmante, pero no interrumpe, suspende, prorroga ni reinicia
        el término.
        """,
    ),
    _clause(
        "CUARTA. Compromisos.",
        """
        EL FACTURADOR se obliga a: (a) suministrar datos veraces y mantenerlos al día; (b) emitir únicamente
        documentos que correspondan a operaciones reales; (c) adelantar con la debida anticipación la
        adquisición de su certificado propio; y (d) informar sin demora cualquier cambio de {change} o uso
        no autorizado de su cuenta.
        """,
    ),
    _clause(
        "QUINTA. Responsabilidad e indemnidad.",
        """
        El contenido, la oportunidad y los efectos tributarios, comerciales y civiles de los documentos
        emitidos corresponden a EL FACTURADOR, quien exonera y mantendrá indemne a EL PRESTADOR frente a las
        reclamaciones que se originen en información inexacta o en el uso indebido de la plataforma por sus
        usuarios. Esta exoneración no comprende el dolo ni la culpa grave de EL PRESTADOR, ni las
        obligaciones que la ley le impone de manera indelegable.
        """,
    ),
    _clause(
        "SEXTA. Terminación.",
        """
        El beneficio finaliza al cumplirse el término, al activarse el certificado propio, por revocación
        escrita de cualquiera de las partes o por orden de autoridad competente. Desde ese momento EL
        PRESTADOR podrá abstenerse de firmar nuevos documentos, sin perjuicio de la validez de los ya
        expedidos.
        """,
    ),
    _clause(
        "SÉPTIMA. Protección de datos personales.",
        """
        De conformidad con la Ley 1581 de 2012 y sus normas reglamentarias, el firmante autoriza de manera
        previa, expresa e informada el tratamiento de sus datos de identificación, contacto y firma para:
        elaborar y conservar esta carta, acreditar la autorización otorgada, gestionar el certificado
        digital, enviar avisos de vencimiento y atender requerimientos de autoridad. El titular podrá
        conocer, actualizar, rectificar y solicitar la supresión de sus datos, o revocar la autorización
        cuando no exista deber legal o contractual de conservarlos, escribiendo a {data_protection_mail}. La
        política de tratamiento se encuentra en {policy_url}. El firmante declara que el suministro de datos
        sensibles es facultativo y que no se le exigen.
        """,
    ),
    _clause(
        "OCTAVA. Conservación.",
        """
        Las partes aceptan que el ejemplar digitalizado, su resumen criptográfico y los registros de fecha y
        origen se conserven en medio electrónico en los términos del artículo 12 de la Ley 527 de 1999, por
        el plazo legal aplicable. Si una copia difiere del texto registrado con el folio y la huella de esta
        carta, prevalece el texto registrado.
        """,
    ),
    _clause(
        "NOVENA. Avisos.",
        """
        Serán válidos los avisos remitidos a {company_mail} y {representative_mail}. La falta de recepción
        de un recordatorio no amplía el término del beneficio.
        """,
    ),
    _clause(
        "DÉCIMA. Firma.",
        """
        Esta carta podrá suscribirse de forma manuscrita o mediante firma electrónica que cumpla las
        condiciones de confiabilidad previstas en el Decreto 2364 de 2012. Se rige por la ley colombiana.
        """,
    ),
)

CLOSING: Final = "En constancia se firma en {city}, el {date}."
SIGN_HERE: Final = "Firme aquí a mano, dentro del recuadro"
HOW_TO_SIGN: Final = (
    "Use esfero negro o azul. Escanee la hoja completa, en color o en grises, con los códigos visibles."
)

Words = Mapping[str, str]
"""The variables of the letter by name, as they were given: nothing is escaped here."""


def words(content: LetterContent) -> Words:
    """Return what the wording's braces stand for."""
    company, representative, lender = content.company, content.representative, content.lender
    juridica = company.person_type is PersonType.JURIDICA
    return {
        "representative": representative.full_name,
        "document": SPANISH_NAMES[representative.document_type],
        "number": representative.document_number,
        "document_city": representative.document_city,
        "role": representative.role,
        "representative_mail": representative.email,
        "representative_phone": representative.phone,
        "company": company.legal_name,
        "nit": company.nit,
        "address": company.address,
        "company_city": company.city,
        "company_mail": company.email,
        "lender": lender.name,
        "lender_nit": lender.nit,
        "data_protection_mail": lender.data_protection_mail,
        "policy_url": lender.policy_url,
        "city": company.city,
        "date": long_date(content),
        "loan_days": str(content.loan_days),
        "change": "representación legal" if juridica else "sus datos",
    }


def opening(content: LetterContent) -> str:
    """Return the first paragraph of the company's kind, with its braces."""
    return _JURIDICA if content.company.person_type is PersonType.JURIDICA else _NATURAL


def long_date(content: LetterContent) -> str:
    """Return the letter's date as `24 de noviembre de 2026`."""
    return format_date(content.issued_on, format="long", locale="es_CO")
