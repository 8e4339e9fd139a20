"""The parts of the local stack, in the order in which they start, and where each is found."""

import sys
from collections.abc import Sequence
from datetime import timedelta

from stack.local_settings import BUCKET, product_environment
from stack.ports import StackSettings
from stack.probes import LOOPBACK, http_answers, smtp_answers
from stack.process import Part, short
from stack.servers import s3_part, temporal_part


def parts(stack: StackSettings, temporal_arguments: Sequence[str] = ()) -> tuple[Part, ...]:
    """Return what `make run` runs: servers first, then what they must hold, then the product."""
    product = product_environment(stack)
    return (
        temporal_part(stack.folder, stack.temporal_port, ui_port=stack.temporal_ui_port, arguments=temporal_arguments),
        s3_part(stack.folder / "s3", stack.s3_port),
        Part(
            name="mail",
            command=(
                *(sys.executable, "-m", "stack.mail_sink"),
                *("--port", str(stack.smtp_port), "--folder", str(stack.folder / "mail")),
            ),
            environment=product,
            ready=smtp_answers(stack.smtp_port),
        ),
        Part(
            name="bootstrap",
            command=(sys.executable, "-m", "deploy.bootstrap"),
            environment=product,
            ready_within=timedelta(seconds=90),
            must_finish=True,
        ),
        Part(
            name="worker",
            command=(sys.executable, "worker.py"),
            environment=product,
            # The port opens before the worker asks for work; this line of it does not.
            ready=http_answers(stack.metrics_port, "/metrics", containing="temporal_num_pollers"),
        ),
    )


def addresses(stack: StackSettings) -> tuple[tuple[str, str], ...]:
    """Return what a person may want to open, by name."""
    return (
        ("Temporal", f"{LOOPBACK}:{stack.temporal_port}"),
        ("Temporal's page", f"http://{LOOPBACK}:{stack.temporal_ui_port}"),
        ("S3", f"http://{LOOPBACK}:{stack.s3_port}  bucket {BUCKET}, objects in {short(stack.folder / 's3')}"),
        ("Mail", f"{LOOPBACK}:{stack.smtp_port}  every mail a file in {short(stack.folder / 'mail')}"),
        ("Metrics", f"http://{LOOPBACK}:{stack.metrics_port}/metrics"),
    )
