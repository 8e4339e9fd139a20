"""Where the local stack listens and keeps its data: each a variable `ACTIVA_STACK_*`.

Every server binds to 127.0.0.1 only; that is not a setting.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from servers import Port
from settings import SettingsError
from stack.probes import is_free
from stack.process import ROOT

_PREFIX: Final = "ACTIVA_STACK_"


class StackSettings(BaseSettings):
    """The local stack's own settings."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    s3_port: Port = 9000
    smtp_port: Port = 1025
    portal_port: Port = 8000
    metrics_port: Port = 9464
    folder: Path = ROOT / ".local"
    """What survives a restart; a second stack beside the first needs one of its own."""
    encrypted: bool = False
    """Whether what goes to Temporal is encrypted from now on; what was, is read in any case."""


def load_stack_settings(environment: Mapping[str, str] = os.environ) -> StackSettings:
    """Return the settings, or raise SettingsError naming everything that is wrong, a mistyped variable included."""
    known = {variable(name) for name in StackSettings.model_fields}
    wrong = [
        f"{name}: there is no such setting; there are {', '.join(sorted(known))}"
        for name in environment
        if name.startswith(_PREFIX) and name not in known
    ]
    try:
        settings = StackSettings()
    except ValidationError as error:
        wrong += [f"{variable(str(problem['loc'][0]))}: {problem['msg']}" for problem in error.errors()]
    else:
        wrong += _shared(settings)
        if not wrong:
            return settings
    raise SettingsError("The local stack can't start:\n" + "\n".join(f"  {line}" for line in wrong))


def ports_in_use(settings: StackSettings) -> list[str]:
    """Return one sentence for each port that another program holds, with the variable that changes it."""
    return [
        f"port {port} is in use by another program: stop that one or set {variable(name)}"
        for name, port in _ports(settings).items()
        if not is_free(port)
    ]


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return _PREFIX + field.upper()


def _ports(settings: StackSettings) -> dict[str, int]:
    return {name: value for name, value in settings.model_dump().items() if name.endswith("_port")}


def _shared(settings: StackSettings) -> list[str]:
    owners: dict[int, list[str]] = {}
    for name, port in _ports(settings).items():
        owners.setdefault(port, []).append(variable(name))
    return [f"{' and '.join(names)} are both {port}" for port, names in owners.items() if len(names) > 1]
