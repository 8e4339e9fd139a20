"""What the local stack is told, and what it tells the product."""

import io
import os
from pathlib import Path

import pytest

from settings import Settings, SettingsError
from stack.console import Console
from stack.encryption import ensure_ring
from stack.local_settings import local_settings, product_environment, write_settings
from stack.stack_settings import StackSettings, load_stack_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ACTIVA_"):
            monkeypatch.delenv(name)


def written(folder: Path, shell: dict[str, str]) -> Settings:
    write_settings(local_settings(StackSettings(), shell), folder / "activa.env")
    return Settings(_env_file=folder / "activa.env")


def test_the_ports_are_those_of_the_contract() -> None:
    stack = load_stack_settings({})
    assert (stack.temporal_port, stack.temporal_ui_port, stack.s3_port) == (7233, 8233, 9000)
    assert (stack.smtp_port, stack.portal_port, stack.metrics_port) == (1025, 8000, 9464)


def test_wrong_ports_and_mistyped_variables_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVA_STACK_S3_PORT", "nine")
    monkeypatch.setenv("ACTIVA_STACK_SMTP_PORT", "70000")
    monkeypatch.setenv("ACTIVA_STACK_S3PORT", "9000")
    with pytest.raises(SettingsError) as caught:
        load_stack_settings()
    for variable in ("ACTIVA_STACK_S3_PORT:", "ACTIVA_STACK_SMTP_PORT:", "ACTIVA_STACK_S3PORT:"):
        assert variable in str(caught.value)


def test_two_servers_on_one_port_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVA_STACK_METRICS_PORT", "9000")
    with pytest.raises(SettingsError, match="ACTIVA_STACK_S3_PORT and ACTIVA_STACK_METRICS_PORT are both 9000"):
        load_stack_settings()


def test_the_written_settings_are_complete_and_lead_to_loopback_only(tmp_path: Path) -> None:
    settings = written(tmp_path, {})
    assert settings.s3.endpoint_url == "http://127.0.0.1:9000"
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.starttls) == ("127.0.0.1", 1025, False)
    assert settings.worker.metrics_address == "127.0.0.1:9464"
    assert settings.portal_url == "http://127.0.0.1:8000"


def test_a_policy_set_in_the_shell_reaches_every_terminal(tmp_path: Path) -> None:
    shell = {"ACTIVA_POLICY__LOAN_DAYS": "5", "ACTIVA_LENDER__NAME": r"O'Hara \ Hijos"}
    settings = written(tmp_path, shell)
    assert settings.policy.loan_days == 5
    assert settings.lender.name == r"O'Hara \ Hijos"


def test_a_shell_prepared_for_production_leads_nothing_local_there() -> None:
    shell = {
        "PATH": "/bin",
        "ACTIVA_S3__BUCKET": "real-letters",
        "ACTIVA_S3__ENDPOINT_URL": "https://s3.example.com",
        "ACTIVA_SMTP__HOST": "smtp.example.com",
        "ACTIVA_SMTP__USERNAME": "real",
        "ACTIVA_WORKER__METRICS_ADDRESS": "0.0.0.0:9464",
        "AWS_PROFILE": "production",
        "TEMPORAL_ADDRESS": "real.tmprl.cloud:7233",
        "TEMPORAL_API_KEY": "key",
    }
    environment = product_environment(StackSettings(), shell)
    assert not [value for value in environment.values() if "real" in value or "example.com:" in value]
    assert not {"AWS_PROFILE", "TEMPORAL_API_KEY", "ACTIVA_SMTP__USERNAME"} & environment.keys()
    assert environment["TEMPORAL_ADDRESS"] == "127.0.0.1:7233"
    assert environment["ACTIVA_WORKER__METRICS_ADDRESS"] == "127.0.0.1:9464"


def test_settings_are_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_settings({"ACTIVA_A": "1"}, tmp_path / "activa.env")
    write_settings({"ACTIVA_B": "2"}, tmp_path / "activa.env")
    assert [entry.name for entry in tmp_path.iterdir()] == ["activa.env"]
    assert "ACTIVA_A" not in (tmp_path / "activa.env").read_text()


def test_a_line_cannot_drive_the_terminal() -> None:
    stream = io.StringIO()
    Console(stream).line("worker", "\x1b[2Jgone\r")
    assert stream.getvalue() == "   worker | �[2Jgone�\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_names_are_coloured_on_a_terminal_unless_it_is_asked_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    Console(coloured := Terminal()).line("s3", "up")
    assert coloured.getvalue().startswith("\x1b[36m       s3 |\x1b[0m")
    monkeypatch.setenv("NO_COLOR", "1")
    Console(plain := Terminal()).line("s3", "up")
    assert plain.getvalue() == "       s3 | up\n"


def test_nothing_is_encrypted_unless_it_is_asked_for(tmp_path: Path) -> None:
    stack = StackSettings(folder=tmp_path)
    ensure_ring(stack)

    assert not [name for name in local_settings(stack, {}) if name.startswith("ACTIVA_ENCRYPTION__")]
    assert list(tmp_path.iterdir()) == []


def test_a_ring_is_made_once_encryption_is_asked_for_and_is_read_ever_after(tmp_path: Path) -> None:
    ensure_ring(StackSettings(folder=tmp_path, encrypted=True))
    made = (tmp_path / "ring.json").read_bytes()
    ensure_ring(StackSettings(folder=tmp_path, encrypted=True))

    asked = local_settings(StackSettings(folder=tmp_path, encrypted=True), {})
    later = local_settings(StackSettings(folder=tmp_path), {})

    assert (tmp_path / "ring.json").read_bytes() == made
    assert asked["ACTIVA_ENCRYPTION__RING"] == later["ACTIVA_ENCRYPTION__RING"] == str(tmp_path / "ring.json")
    assert (asked["ACTIVA_ENCRYPTION__READS_ONLY"], later["ACTIVA_ENCRYPTION__READS_ONLY"]) == ("false", "true")
