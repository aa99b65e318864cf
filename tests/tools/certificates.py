"""Certificates of a test's own, so that servers on loopback can speak TLS under any name."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """Files: whom to trust, and what a server shows."""

    trusted: Path
    shown: Path


def certificates(folder: Path, hosts: Sequence[str], *, begins_in_days: int = -1) -> Certificates:
    """Make a certificate for these hosts, names and numeric addresses, and the authority that it comes from."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = f"Test authority {x509.random_serial_number():x}"[:64]  # of two of one name, only one would be looked at
    root = _unsigned(issuer, issuer, authority).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    names = x509.SubjectAlternativeName(list(map(_general_name, hosts)))
    leaf = _unsigned("Test servers", issuer, key, begins_in_days).add_extension(names, critical=False)
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made = Certificates(trusted=folder / "trusted.pem", shown=folder / "shown.pem")
    made.trusted.write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(pem))
    made.shown.write_bytes(secret + leaf.sign(authority, hashes.SHA256()).public_bytes(pem))
    return made


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _unsigned(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, begins_in_days: int = -1
) -> x509.CertificateBuilder:
    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    begins = dt.datetime.now(dt.UTC) + dt.timedelta(days=begins_in_days)
    return (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=2))
    )
