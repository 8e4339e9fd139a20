"""The authority of a deployment's own servers: who has its certificate is believed, and is renewed in time."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socketpair
from threading import Thread

import pytest

from deploy.certificates import LIFE, main

NOW = datetime.now(UTC)


def shaken(folder: Path, server: str, host: str) -> None:
    """Let a client that trusts the authority shake hands with a server; raises where it does not believe it."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / server / "public.crt", folder / server / "private.key")
    serving.verify_mode = ssl.CERT_REQUIRED
    serving.load_verify_locations(folder / "trust" / "ca.crt")
    asking = ssl.create_default_context(cafile=str(folder / "trust" / "ca.crt"))
    asking.load_cert_chain(folder / "client" / "public.crt", folder / "client" / "private.key")
    ours, theirs = socketpair()
    with ours, theirs:

        def serve() -> None:
            try:
                with serving.wrap_socket(theirs, server_side=True) as secured:
                    secured.sendall(b"hello")
            except OSError:
                pass

        thread = Thread(target=serve)
        thread.start()
        try:
            with asking.wrap_socket(ours, server_hostname=host) as secured:
                assert secured.recv(5) == b"hello"
        finally:
            ours.close()
            thread.join()


def test_a_client_and_a_server_of_the_authority_believe_one_another(tmp_path: Path) -> None:
    assert main([str(tmp_path), "temporal=temporal,localhost,127.0.0.1", "client=activa"], NOW) == 0

    for host in ("temporal", "localhost", "127.0.0.1"):
        shaken(tmp_path, "temporal", host)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shaken(tmp_path, "temporal", "s3")
    assert (tmp_path / "authority" / "private.key").stat().st_mode & 0o777 == 0o600


def test_what_is_good_is_left_alone_and_the_rest_renewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [str(tmp_path), "mail=mail", "client=activa"]
    main(asked, NOW)
    main(asked, NOW + LIFE - timedelta(days=31))
    main([*asked[:1], "mail=mail,smtp", "client=activa"], NOW)
    shaken(tmp_path, "mail", "smtp")
    main([*asked[:1], "client=activa"], NOW + LIFE - timedelta(days=29))

    assert capsys.readouterr().out.splitlines() == [
        *("mail: made", "client: made"),
        *("mail: left alone", "client: left alone"),
        *("mail: made", "client: left alone"),
        "client: made",
    ]


@pytest.mark.parametrize("asked", [[], ["/x"], ["/x", "mail"], ["/x", "authority=x"], ["/x", "../mail=x"]], ids=str)
def test_what_is_not_understood_is_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked, NOW) == 2
    assert "usage" in capsys.readouterr().err
