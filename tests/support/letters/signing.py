"""A certificate authority of our own, and letters signed under it."""

import datetime
import functools
import io
from pathlib import Path

import pikepdf
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

_NOW = datetime.datetime.now(datetime.UTC)
_DAY = datetime.timedelta(days=1)


@functools.cache
def _key(name: str) -> ec.EllipticCurvePrivateKey:  # noqa: ARG001  # one key for each name
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def _certificate(name: str, issuer: str, serial: str = "", days: int = 365) -> x509.Certificate:
    authority = name == issuer
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CO"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    subject = x509.Name(parts + ([x509.NameAttribute(NameOID.SERIAL_NUMBER, serial)] if serial else []))
    others = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        **dict.fromkeys(others, False),
    )
    start = _NOW - _DAY - max(0, -days) * _DAY
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if authority else authority_certificate(issuer).subject)
        .public_key(_key(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(_NOW + days * _DAY if days > 0 else _NOW - _DAY / 2)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_key(name).public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_key(issuer).public_key()), critical=False)
    )
    return builder.sign(_key(issuer), hashes.SHA256())


def authority_certificate(name: str) -> x509.Certificate:
    return _certificate(name, name, days=3650)


def write_root(folder: Path, name: str = "Autoridad de Prueba") -> None:
    """Put an authority's certificate into a folder of trust roots."""
    pem = authority_certificate(name).public_bytes(serialization.Encoding.PEM)
    (folder / "root.pem").write_bytes(pem)


def sign(
    pdf: bytes,
    *,
    name: str = "MARIA ANGELA PENARANDA MUNOZ",
    serial: str = "CC52345678",
    authority: str = "Autoridad de Prueba",
    days: int = 365,
    field: str = "Firma1",
    box: tuple[int, int, int, int] | None = None,
) -> bytes:
    """Return a PDF signed by somebody; `box` shows the signature, in points from the bottom left."""
    own = _certificate(name, authority, serial, days)
    signer = signers.SimpleSigner(
        signing_cert=_loaded(own),
        signing_key=PrivateKeyInfo.load(
            _key(name).private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        cert_registry=SimpleCertificateStore.from_certs([_loaded(authority_certificate(authority))]),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec(field, box=box) if box else SigFieldSpec(field))
    metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    return signers.PdfSigner(metadata, signer).sign_pdf(writer).getvalue()


def _loaded(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def with_words_added(pdf: bytes) -> bytes:
    """Return a file that begins with a PDF and draws "NO" over its first page in a later revision."""
    from pyhanko.pdf_utils import generic  # noqa: PLC0415  # only this one needs it

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    words = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 14 Tf 300 420 Td (NO) Tj ET 300 420 30 9 re f"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), words])
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rewritten(pdf: bytes) -> bytes:
    """Return a PDF as a program saves it that does not care about signatures."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out)
    return out.getvalue()
