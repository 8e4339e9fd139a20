"""`python -m deploy.certificates`: an authority of its own, and a certificate for each server that is named.

    python -m deploy.certificates FOLDER NAME=HOST[,HOST...] ...

For servers that only speak to one another, as in `deploy/compose.yaml`. Run again, it leaves alone what is good for
another month and renews the rest; the servers are to be started anew then. It leaves

    FOLDER/authority/        the authority's key, which no server needs
    FOLDER/trust/ca.crt      its certificate, and bundle.crt with the system's own authorities too
    FOLDER/NAME/             public.crt and private.key, for that server or client alone

Exit 0 done, 2 wrong input.
"""

import ipaddress
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE: Final = timedelta(days=3650)
LIFE: Final = timedelta(days=397)
GOOD_FOR: Final = timedelta(days=30)
SYSTEM: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_ASKED: Final = re.compile(r"(?P<name>[a-z][a-z0-9-]*)=(?P<hosts>[A-Za-z0-9.:-]+(?:,[A-Za-z0-9.:-]+)*)")


def main(arguments: list[str], now: datetime) -> int:
    """Make what is asked for and return the exit status."""
    asked = [_ASKED.fullmatch(each) for each in arguments[1:]]
    wanted = {each["name"]: each["hosts"].split(",") for each in asked if each is not None}
    if not wanted or None in asked or {"authority", "trust"} & set(wanted):
        sys.stderr.write("usage: python -m deploy.certificates FOLDER NAME=HOST[,HOST...] ...\n")
        return 2
    folder = Path(arguments[0])
    authority, key = _authority(folder / "authority", now)
    trusted = authority.public_bytes(serialization.Encoding.PEM)
    _write(folder / "trust" / "ca.crt", trusted)
    _write(folder / "trust" / "bundle.crt", (SYSTEM.read_bytes() if SYSTEM.exists() else b"") + trusted)
    for name, hosts in wanted.items():
        is_made = _certify(folder / name, hosts, authority, key, now)
        sys.stdout.write(f"{name}: {'made' if is_made else 'left alone'}\n")
    return 0


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate, key = folder / "public.crt", folder / "private.key"
    if _is_good(certificate, now):
        read = serialization.load_pem_private_key(key.read_bytes(), None)
        if isinstance(read, ec.EllipticCurvePrivateKey):
            return x509.load_pem_x509_certificate(certificate.read_bytes()), read
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Activa's own servers")])
    signed = (
        _blank(name, name, made, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(made.public_key()), critical=False)
        .sign(made, hashes.SHA256())
    )
    _keep(folder, signed, made, key_mode=0o600)
    return signed, made


def _certify(
    folder: Path, hosts: list[str], authority: x509.Certificate, by: ec.EllipticCurvePrivateKey, now: datetime
) -> bool:
    """Return whether a certificate had to be made."""
    names = x509.SubjectAlternativeName([_host(each) for each in hosts])
    if _is_good(folder / "public.crt", now):
        found = x509.load_pem_x509_certificate((folder / "public.crt").read_bytes())
        is_ours = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value == names
        if is_ours and _is_signed_by(found, authority):
            return False
    made = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    signed = (
        _blank(subject, authority.subject, made, now, LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(names, critical=False)
        .add_extension(uses, critical=False)
        .sign(by, hashes.SHA256())
    )
    # Each server has another user; its folder is what keeps the others out.
    _keep(folder, signed, made, key_mode=0o444)
    return True


def _blank(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # for a server whose clock is a little behind
        .not_valid_after(now + life)
    )


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _is_good(file: Path, now: datetime) -> bool:
    if not file.exists():
        return False
    return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc > now + GOOD_FOR


def _is_signed_by(found: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        found.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is made anew
        return False
    return True


def _keep(folder: Path, signed: x509.Certificate, key: ec.EllipticCurvePrivateKey, key_mode: int) -> None:
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / "private.key", plain, key_mode)
    _write(folder / "public.crt", signed.public_bytes(serialization.Encoding.PEM))


def _write(file: Path, data: bytes, mode: int = 0o444) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=mode)
    file.chmod(mode | 0o200)
    file.write_bytes(data)
    file.chmod(mode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], datetime.now(UTC)))
