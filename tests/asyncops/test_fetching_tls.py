"""TLS is verified against the name in the URL, not against the address that is connected to."""

from __future__ import annotations

import datetime
import io
import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_django import Settings

from asyncops import fetching
from asyncops.fetching import Unreachable
from tests.foreign import Foreign, foreign_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of files.example, with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "files.example")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName("files.example"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "files.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return path


@pytest.fixture
def secure(certificate: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Foreign]:
    """A server that every name leads to."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with foreign_server(tls) as server:
        server.serves("/", b"secret")
        names = ("files.example", "other.example", "127.0.0.1")
        settings.FETCH_ALLOWED_HOSTS = frozenset((name, server.port) for name in names)
        settings.FETCH_CA_FILE = str(certificate)
        real = socket.getaddrinfo

        def look_up(host: str, *args: Any, **options: Any) -> Any:
            return real("127.0.0.1" if host.endswith(".example") else host, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        yield server


def fetch(server: Foreign, host: str) -> bytes:
    file = io.BytesIO()
    fetching.fetch(f"https://{host}:{server.port}/", into=file, max_bytes=100, seconds=5)
    return file.getvalue()


def test_the_name_in_the_certificate(secure: Foreign):
    assert fetch(secure, "files.example") == b"secret"
    assert secure.asked[0].headers["host"] == f"files.example:{secure.port}"


def test_an_address_in_the_certificate(secure: Foreign):
    assert fetch(secure, "127.0.0.1") == b"secret"


def test_another_name_at_the_same_address(secure: Foreign):
    with pytest.raises(Unreachable):
        fetch(secure, "other.example")
    assert secure.asked == []


def test_a_certificate_that_nobody_known_has_signed(secure: Foreign, settings: Settings):
    settings.FETCH_CA_FILE = ""
    with pytest.raises(Unreachable):
        fetch(secure, "files.example")
    assert secure.asked == []
