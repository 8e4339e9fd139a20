"""The settings of the servers that the product leans on: object store, mail server, the desk's directory, traces."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, EmailStr, Field, SecretStr

from domain.letter.content import HttpUrl
from domain.model import Model

Port = Annotated[int, Field(ge=1, le=65535)]


class S3(Model):
    """Where documents lie. Without keys, boto3's own search for credentials applies."""

    bucket: Annotated[str, Field(min_length=3, max_length=63)]
    endpoint_url: HttpUrl | None = None
    region: str = "us-east-1"
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None

    def client_arguments(self) -> dict[str, str | None]:
        """Return what `adapters.s3.connect` takes, the secrets in clear."""
        key_id, secret = self.access_key_id, self.secret_access_key
        return {
            "endpoint_url": self.endpoint_url,
            "region": self.region,
            "access_key_id": None if key_id is None else key_id.get_secret_value(),
            "secret_access_key": None if secret is None else secret.get_secret_value(),
        }


class Smtp(Model):
    """The mail server; `starttls` must be on outside loopback."""

    host: str
    port: Port = 587
    starttls: bool = True
    username: str | None = None
    password: SecretStr | None = None
    sender: EmailStr
    sender_name: Annotated[str, Field(min_length=1, max_length=80)] = "Activa"
    reply_to: EmailStr


class Traces(Model):
    """Where traces go."""

    endpoint: HttpUrl | None = None
    """A collector's address for OTLP over HTTP, as in `http://127.0.0.1:4318/v1/traces`; without it there are none."""


def _postgresql(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme not in {"postgresql", "postgres"}:
        raise ValueError("must begin with postgresql://")
    return url


class Directory(Model):
    """Where the desk's table of the companies lies."""

    file: Path = Path(".local/directory.sqlite3")
    """Of each portal by itself: its own, which no other machine shares."""
    url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = None
    """One PostgreSQL for all instead, which every door writes into."""

    def place(self) -> dict[str, Any]:
        """Return what `adapters.directory.opened` takes, the password in clear."""
        return {"file": self.file, "url": None if self.url is None else self.url.get_secret_value()}
