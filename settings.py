"""The only reader of the environment.

Every setting is `ACTIVA_<NAME>`, a part of a group `ACTIVA_<GROUP>__<NAME>`; `python settings.py` lists them all.
The local stack writes its own into `.local/activa.env`, so that the commands work beside it;
`ACTIVA_ENV_FILE` names another file, and the environment wins over either.
Temporal's address, namespace, TLS and keys are read by Temporal's own client configuration, not here.
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, TypeGuard, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, EmailStr, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError

from domain.case.policy import Policy
from domain.case.revisions import Revisions
from domain.case.rules import CURRENT
from domain.errors import ActivaError
from domain.holidays import NEWEST
from domain.letter.content import HttpUrl, Lender
from domain.letter.examination import DEFAULT_INTAKE_BYTES
from domain.messages.four_eyes import FourEyes
from domain.model import Model
from domain.receiver import Webhooks
from domain.retention import Retention
from sealing import CodecServer, Encryption
from servers import S3, Directory, Smtp, Traces
from serving import Address, Serving

LOCAL_ENV_FILE = Path(os.environ.get("ACTIVA_ENV_FILE", Path(__file__).parent / ".local" / "activa.env"))


class SettingsError(ActivaError):
    """The environment is not fit to run under; the text names every wrong setting and what it expects."""


class WorkerLimits(Model):
    """How much one worker does at once."""

    activity_slots: Annotated[int, Field(ge=1, le=500)] = 20
    cached_cases: Annotated[int, Field(ge=0, le=100_000)] = 1000
    """How many cases stay in memory between their tasks, those used last; without any, each task begins anew."""
    letter_slots: Annotated[int, Field(ge=1, le=100)] = 2
    """How many letters are checked at once, beside the other steps."""
    shutdown_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    metrics_address: str = "127.0.0.1:9464"
    health_address: Address | None = None
    """Where it tells whether it lives and is ready; nowhere, without."""
    confinement: Literal["required", "without_seccomp"] = "required"
    """Whether uploads are opened on a machine that can't filter the system calls of whoever opens them.
    Refused outside loopback."""
    deployment: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_/-]{0,99}$")] = "activa"
    """The worker deployment of Temporal that the worker is of, where it has a build id."""
    build_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$")] | None = None
    """Its version there: Temporal gives it cases once that version is current or ramping. None: it is of no version."""
    rules: Annotated[int, Field(ge=0, le=CURRENT)] | None = None
    holidays: Annotated[int, Field(ge=0, le=NEWEST)] | None = None
    """The newest revisions under which it begins a case or a run, for an upgrade that may be taken back; None: those
    of this release."""

    @property
    def revisions(self) -> Revisions:
        """The revisions under which it begins."""
        wanted = {"rules": self.rules, "holidays": self.holidays}
        return Revisions.model_validate({name: value for name, value in wanted.items() if value is not None})


def _secrets(setting: SecretStr) -> tuple[str, ...]:
    text = setting.get_secret_value()
    return tuple(map(str, json.loads(text))) if text.startswith("[") else (text,)


def _long_secrets(setting: SecretStr) -> SecretStr:
    try:
        found = _secrets(setting)
    except ValueError:
        raise ValueError('must be one secret, or a JSON list of them as in \'["newest", "older"]\'') from None
    if not found or min(map(len, found)) < LEAST_SECRET:
        raise ValueError(f"must have at least {LEAST_SECRET} characters")
    return setting


LEAST_SECRET = 32


class Portal(Model):
    """The web pages: where they listen, whom they trust, where they send people."""

    address: Address = "127.0.0.1:8000"
    session_secret: Annotated[SecretStr, AfterValidator(_long_secrets)]
    """Signs the session cookie; the same on every replica. To change it, a JSON list of both, the newest first."""
    issuer: Annotated[str, Field(min_length=1)]
    """The `iss` of the tokens that hand a person over."""
    audience: str = "activa"
    """Their `aud`."""
    jwks: Annotated[str, Field(min_length=1)]
    """The public keys of the issuer: an https address, or the path of a file."""
    staff_issuer: Annotated[str, Field(min_length=1)] | None = None
    """The `iss` of tokens that hand staff over. Without this and the next two, which loopback only allows, `issuer`'s
    tokens make anybody staff."""
    staff_audience: Annotated[str, Field(min_length=1)] | None = None
    staff_jwks: Annotated[str, Field(min_length=1)] | None = None
    staff_auth_seconds: Annotated[int, Field(ge=60, le=28_800)] = 3600
    """How long ago staff may have signed in before what moves money or ends something (the token's `auth_time`)."""
    staff_auth_methods: tuple[str, ...] = ()
    """One of these must stand in `acr` or `amr` for that; without any, all will do."""
    four_eyes: FourEyes = FourEyes()
    """What one of the staff may do alone."""
    login_url: HttpUrl
    """Where a person without a session comes from: the lender's own product."""
    hand_off_origins: tuple[HttpUrl, ...] = ()
    """Other places that hand people over than where `login_url` is, as in `https://app.example.com`."""
    checkout_url: HttpUrl
    """Where the lender takes the money."""
    test_set_url: HttpUrl | None = None
    """Where step 3 is done; without it the page only says what comes next."""
    entries_per_minute: Annotated[int, Field(ge=1)] = 600
    """From one address; an accountant's office has many people behind one."""
    uploads_per_hour: Annotated[int, Field(ge=1)] = 60
    """Of one company, letters made and files sent alike."""
    api_audience: Annotated[str, Field(min_length=1)] = "activa-api"
    """The `aud` of the tokens that open the billing API."""
    api_calls_per_minute: Annotated[int, Field(ge=1)] = 6000
    """Of one token's `sub`."""
    api_hosts: tuple[str, ...] = ()
    """Further names under which the API answers, as inside a cluster; the pages answer under the portal's own only."""
    serving: Serving = Serving()
    development_key: Path | None = None
    """A private key with which the portal hands people over to itself, and a checkout that takes no money. For a
    portal on 127.0.0.1 only."""

    @property
    def session_secrets(self) -> tuple[str, ...]:
        """Every secret that a session may be signed with, the newest first."""
        return _secrets(self.session_secret)

    @property
    def entry_origins(self) -> tuple[str, ...]:
        """The origins of the pages that may hand a person over."""
        return tuple(f"{url.scheme}://{url.netloc}" for url in map(urlsplit, (self.login_url, *self.hand_off_origins)))

    @property
    def audiences(self) -> frozenset[str | None]:
        """The `aud` of every token that opens something here."""
        return frozenset({self.audience, self.staff_audience, self.api_audience})

    @model_validator(mode="after")
    def _one_token_opens_one_door(self) -> Self:
        if self.api_audience in {self.audience, self.staff_audience}:
            raise ValueError("ACTIVA_PORTAL__API_AUDIENCE must differ from …__AUDIENCE and …__STAFF_AUDIENCE")
        return self


class Audit(Model):
    """The trail of who did what."""

    standard_output: bool = True
    """Each line also goes to the portal's standard output, for whatever collects logs."""
    lock_days: Annotated[int, Field(ge=0, le=36_500)] = 0
    """How long nobody may remove what is stored of it (S3 Object Lock, governance); 0 for a bucket without locks."""

    @property
    def lock(self) -> timedelta:
        """The same as a duration."""
        return timedelta(days=self.lock_days)


class Settings(BaseSettings):
    """Everything the environment decides, checked as a whole."""

    model_config = SettingsConfigDict(
        env_prefix="ACTIVA_", env_nested_delimiter="__", env_file=LOCAL_ENV_FILE, frozen=True, extra="forbid"
    )

    lender: Lender
    s3: S3
    smtp: Smtp
    support_mail: EmailStr
    """Who is told when a person must decide."""
    portal_url: HttpUrl
    """The address the mails link to."""
    log_format: Literal["text", "json"] = "text"
    """How the servers' logs are written: for people, or as JSON for what collects them."""
    trust_roots: Path | None = None
    """A folder of trusted root certificates (PEM); without it no digitally signed letter is accepted by itself."""
    upload_bytes: Annotated[int, Field(ge=100_000, le=50_000_000)] = DEFAULT_INTAKE_BYTES
    """The largest upload, all its photos together. What is kept is made smaller: `policy.upload_limit_bytes`."""
    webhooks: Webhooks = Webhooks()
    policy: Policy = Policy()
    """Captured by each case when it starts."""
    worker: WorkerLimits = WorkerLimits()
    audit: Audit = Audit()
    directory: Directory = Directory()
    encryption: Encryption = Encryption()
    traces: Traces = Traces()
    retention: Retention = Retention()
    portal: Portal | None = None
    codec: CodecServer | None = None
    """Each needed by its own server only."""

    @model_validator(mode="after")
    def _one_token_opens_one_door(self) -> Self:
        if self.portal is not None and self.codec is not None and self.codec.audience in self.portal.audiences:
            raise ValueError("ACTIVA_CODEC__AUDIENCE must differ from every audience of ACTIVA_PORTAL__…")
        return self


class PortalSettings(Settings):
    """The settings of a process that serves the portal."""

    portal: Portal


AnySettings = TypeVar("AnySettings", bound=Settings)


def load() -> Settings:
    """Return the settings, or raise SettingsError naming everything that is missing or wrong."""
    return loaded(Settings)


def load_portal() -> PortalSettings:
    """Return the settings of the portal; raises as `load` does."""
    return loaded(PortalSettings)


def loaded(kind: type[AnySettings]) -> AnySettings:
    """Return these settings; raises as `load` does."""
    named = os.environ.get("ACTIVA_ENV_FILE")
    if named and (not Path(named).exists() or Path(named).is_dir()):
        raise SettingsError(f"ACTIVA_ENV_FILE names {named}, which is no file; correct it, or leave it out")
    try:
        return kind()
    except UnreadableError as error:
        group = str(error).split('"')[1].upper()
        raise SettingsError(f"ACTIVA_{group}__…: a list is written as JSON, as in '[15, 7]' or '[\"a\"]'") from None
    except ValidationError as error:
        wrong = "\n".join(
            f"  {variable}: {problem['msg']}"
            for problem in error.errors()
            for variable in _named(problem["type"], _variable(problem["loc"]), kind)
        )
    raise SettingsError(f"The settings are not complete:\n{wrong}\n`python settings.py` lists them all.")


def _variable(location: tuple[int | str, ...]) -> str:
    if not location:
        return "together"
    parts = [str(part).upper() for part in location]
    return parts[0] if parts[:1] and parts[0].startswith("ACTIVA_") else "ACTIVA_" + "__".join(parts)


def _named(problem: str, variable: str, kind: type[Settings]) -> Sequence[str]:
    """Return a variable, or those that must be set of a group that is missing as a whole."""
    lines = [line.split() for line in describe(kind) if line.startswith(f"{variable}__")]
    needed = [name for name, *default in lines if default == ["required"]]
    return needed if needed and problem == "missing" else [variable]


def describe(model: type[BaseModel] = Settings, prefix: str = "ACTIVA_") -> list[str]:
    """Return one line per setting: its variable, and its default or `required`."""
    lines: list[str] = []
    for name, field in model.model_fields.items():
        group = next((kind for kind in (field.annotation, *get_args(field.annotation)) if _is_group(kind)), None)
        if group is not None:
            lines += describe(group, f"{prefix}{name.upper()}__")
        else:
            lines.append(f"{prefix}{name.upper()}  {_default(field.is_required(), field.default)}")
    return lines


def _is_group(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _default(required: bool, default: object) -> str:
    return "required" if required else f"default: {default}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(describe()) + "\n")
