"""The programs of the local stack, in the order in which they start, and where each is found."""

import sys
from collections.abc import Sequence

from stack.life import COMPANY
from stack.local_settings import BUCKET, product_environment
from stack.probes import LOOPBACK, http_answers, smtp_answers
from stack.process import Program, short
from stack.servers import s3_program, temporal_program
from stack.stack_settings import StackSettings

Addresses = tuple[tuple[str, str], ...]


def programs(stack: StackSettings, arguments: Sequence[str] = ()) -> tuple[Program, ...]:
    """Return the servers, what they must hold, and the worker, in the order in which they start."""
    product = product_environment(stack)
    return (
        temporal_program(stack.folder, stack.temporal_port, ui_port=stack.temporal_ui_port, arguments=arguments),
        s3_program(stack.folder / "s3", stack.s3_port),
        Program(
            name="mail",
            command=(
                *(sys.executable, "-m", "stack.mail_sink"),
                *("--port", str(stack.smtp_port), "--folder", str(stack.folder / "mail")),
            ),
            environment=product,
            ready=smtp_answers(stack.smtp_port),
        ),
        Program(
            name="bootstrap",
            command=(sys.executable, "-m", "deploy.bootstrap"),
            environment=product,
            must_finish=True,
        ),
        Program(
            name="worker",
            command=(sys.executable, "worker.py"),
            environment=product,
            # The port opens before the worker asks for work; this line of it does not.
            ready=http_answers(stack.metrics_port, "/metrics", containing="temporal_num_pollers"),
        ),
    )


def programs_with_portal(stack: StackSettings) -> tuple[Program, ...]:
    """Return what `make run` runs: all the programs, the portal, and a case to open there."""
    product = product_environment(stack)
    return (
        *programs(stack),
        Program(
            name="portal",
            command=(sys.executable, "-m", "portal.app"),
            environment=product,
            ready=http_answers(stack.portal_port, "/salud", containing="ok"),
        ),
        Program(
            name="demo company",
            command=(sys.executable, "-m", "stack.demo_company"),
            environment=product,
            must_finish=True,
        ),
    )


def demo_link(stack: StackSettings) -> str:
    """Return where the demo company's representative comes in."""
    return f"http://{LOOPBACK}:{stack.portal_port}/desarrollo?empresa={COMPANY.company_id}"


def addresses(stack: StackSettings, *, with_page: bool = True) -> Addresses:
    """Return what a person may want to open, by name; `with_page` where Temporal has a web page."""
    page = (("Temporal's page", f"http://{LOOPBACK}:{stack.temporal_ui_port}"),) if with_page else ()
    return (
        ("Temporal", f"{LOOPBACK}:{stack.temporal_port}"),
        *page,
        ("S3", f"http://{LOOPBACK}:{stack.s3_port}  bucket {BUCKET}, objects in {short(stack.folder / 's3')}"),
        ("Mail", f"{LOOPBACK}:{stack.smtp_port}  every mail a file in {short(stack.folder / 'mail')}"),
        ("Portal", f"http://{LOOPBACK}:{stack.portal_port}"),
        ("Metrics", f"http://{LOOPBACK}:{stack.metrics_port}/metrics"),
    )
