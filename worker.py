"""The worker: settings into adapters, adapters into activities, activities into a Temporal worker. No logic of its own.

    python worker.py

Settings come from the environment (`python settings.py` lists them), Temporal's own from `TEMPORAL_*` and
`temporal.toml`. `--check` tells whether they are fit, and starts nothing. It refuses to start where a search attribute
or the bucket is missing, or where the kernel does not filter system calls. SIGTERM and Ctrl-C let running steps finish.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.runtime import Runtime
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

import health
import tracing
from activities.cases import CaseActivities
from activities.failures import FailuresInterceptor
from activities.letters import LetterActivities
from activities.notices import NoticeActivities
from activities.ports import Objects
from activities.uploads import Examiner, UploadActivities
from activities.webhooks import WebhookActivities
from adapters import census, encryption, histories, mending, s3, temporal
from adapters.smtp import SmtpMailer
from adapters.webhooks import HttpReceiver
from domain.contract import TASK_QUEUE, letters_queue
from domain.errors import ActivaError
from domain.receiver import Webhooks
from entry import served
from letters import render_letter
from letters.confinement.checker import LetterChecker
from mails.compose import Letterhead, compose
from servers import Smtp
from settings import Settings, SettingsError, WorkerLimits, load
from workflows.activation import CertificateActivation
from workflows.counting import begin_at_nought
from workflows.runner.causes import Causes
from workflows.runner.kept import STICKY, Kept
from workflows.runner.noting import Note
from workflows.runner.sandbox import workflow_runner

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

LOG = logging.getLogger("activa.worker")
DEADLOCK_SECONDS = 30
"""When a task of a workflow that has not ended is taken for stuck."""
BOOTSTRAP = "run `python -m deploy.bootstrap`"


class NotReadyError(ActivaError):
    """The namespace or the bucket lacks something; the text names it and the command that mends it."""


def activities(
    objects: Objects, examiner: Examiner, settings: Settings, now: Callable[[], datetime] | None = None
) -> list[Callable[..., Any]]:
    """Return every activity of the product, bound to its adapters; `now` is another clock than the machine's, UTC."""
    now = now or _now
    delivers = settings.webhooks.url is not None
    limits = settings.worker
    cases = CaseActivities(objects, settings.policy, webhooks=delivers, revisions=limits.revisions)
    letters = LetterActivities(objects, render_letter, settings.lender)
    uploads = UploadActivities(objects, examiner, now, settings.upload_bytes)
    notices = NoticeActivities(
        objects=objects,
        compose=partial(compose, letterhead=Letterhead(settings.lender.name, settings.portal_url)),
        mailer=mailer(settings.smtp),
        now=now,
        support_mail=settings.support_mail,
        sender_domain=settings.smtp.sender.rpartition("@")[2],
        webhooks=delivers,
    )
    webhooks = WebhookActivities(receiver(settings.webhooks), now)
    return [
        cases.open_case,
        cases.check_company,
        cases.archive_case,
        cases.keep_earlier,
        letters.issue_letter,
        uploads.check_upload,
        uploads.record_acceptance,
        uploads.record_revocation,
        notices.send_notice,
        webhooks.deliver_webhook,
    ]


def mailer(smtp: Smtp) -> SmtpMailer:
    """Return the mailer that the settings describe."""
    return SmtpMailer(
        host=smtp.host,
        port=smtp.port,
        sender=smtp.sender,
        sender_name=smtp.sender_name,
        reply_to=smtp.reply_to,
        starttls=smtp.starttls,
        username=smtp.username,
        password=None if smtp.password is None else smtp.password.get_secret_value(),
    )


def receiver(webhooks: Webhooks) -> HttpReceiver | None:
    """Return the billing backend's door for events, if the settings name one."""
    if webhooks.url is None:
        return None
    return HttpReceiver(url=webhooks.url, secrets=tuple(each.get_secret_value() for each in webhooks.secrets))


def build(client: Client, bound: Sequence[Callable[..., Any]], settings: Settings, note: Note | None = None) -> Worker:
    """Return the worker, to be run in the event loop this is called in; `note` is told what each case knows.

    Blocking activities get a thread for each slot, so that none waits for another's.
    """
    limits = settings.worker
    kept = Kept(limits.cached_cases)
    built = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[CertificateActivation],
        workflow_runner=workflow_runner(histories.events_after(client), kept, note, limits.revisions),
        activities=bound,
        activity_executor=ThreadPoolExecutor(limits.activity_slots, thread_name_prefix="activity"),
        max_concurrent_activities=limits.activity_slots,
        max_cached_workflows=kept.cores_bound,
        sticky_queue_schedule_to_start_timeout=STICKY,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=timedelta(seconds=limits.shutdown_seconds),
        interceptors=[FailuresInterceptor(), *([] if settings.traces.endpoint is None else [Causes()])],
        deployment_config=deployment(limits),
    )
    # The library takes a task of two seconds for a deadlock and interrupts it, wherever it is; on a starved machine a
    # case can stay stuck in this worker after that: docs/decisions/0017-a-slow-task-is-not-interrupted.md
    built._workflow_worker._deadlock_timeout_seconds = DEADLOCK_SECONDS  # type: ignore[union-attr]  # noqa: SLF001
    return kept.of(built)


def build_checks(client: Client, bound: Sequence[Callable[..., Any]], settings: Settings) -> Worker:
    """Return the worker of the letters' checks alone: however many there are, no other step waits for them.

    The other one does them too, for cases whose last task an older worker did.
    """
    limits = settings.worker
    return Worker(
        client,
        task_queue=letters_queue(),
        activities=[each for each in bound if each.__name__ == UploadActivities.check_upload.__name__],
        activity_executor=ThreadPoolExecutor(limits.letter_slots, thread_name_prefix="letter"),
        max_concurrent_activities=limits.letter_slots,
        graceful_shutdown_timeout=timedelta(seconds=limits.shutdown_seconds),
        interceptors=[FailuresInterceptor()],
        deployment_config=deployment(limits),
    )


def deployment(limits: WorkerLimits) -> WorkerDeploymentConfig | None:
    """Return what makes a worker one of a version that Temporal routes cases to; None where it is of none.

    A case is never bound to a version: docs/decisions/0037-a-case-is-bound-to-no-version.md
    """
    if limits.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=limits.deployment, build_id=limits.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


@asynccontextmanager
async def working(
    client: Client, bound: Sequence[Callable[..., Any]], settings: Settings, note: Note | None = None
) -> AsyncIterator[tuple[Worker, Worker]]:
    """Work until the block ends, then let the running steps finish, all in the same time."""
    async with build(client, bound, settings, note) as steps, build_checks(client, bound, settings) as checks:
        try:
            yield steps, checks
        finally:
            await asyncio.gather(steps.shutdown(), checks.shutdown())


async def require_ready(client: Client, store: "S3Client", bucket: str) -> None:
    """Raise NotReadyError where a case would hang later: a search attribute that is not registered, no bucket."""
    wrong = await temporal.missing_search_attributes(client)
    problems = [f"search attribute {name} {what}" for name, what in wrong.items()]
    if not await asyncio.to_thread(s3.bucket_exists, store, bucket):
        problems.append(f"bucket {bucket} does not exist")
    if problems:
        raise NotReadyError(f"{'; '.join(problems)}: {BOOTSTRAP}")


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then let the running steps finish."""
    limits = settings.worker
    is_strict = limits.confinement == "required"
    with (
        tracing.traced(settings.traces, "activa-worker"),
        LetterChecker(settings.trust_roots, limits.letter_slots, seccomp_required=is_strict) as checker,
    ):
        LOG.info("uploads are opened by processes confined by %s", await asyncio.to_thread(checker.warm))
        await _work(settings, checker)


async def _work(settings: Settings, checker: LetterChecker) -> None:
    limits = settings.worker
    connections = limits.activity_slots + limits.letter_slots + mending.AT_ONCE
    store = s3.connect(**settings.s3.client_arguments(), connections=connections)
    objects = s3.S3Objects(store, settings.s3.bucket)
    runtime = _runtime(limits.metrics_address)
    codec = encryption.codec(settings.encryption, objects)
    client = await temporal.connect(codec=codec, runtime=runtime, interceptors=tracing.interceptors())
    await require_ready(client, store, settings.s3.bucket)
    begin_at_nought(runtime.metric_meter, client.namespace)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        health.told(limits.health_address, _readiness(client, objects, stop)),
        mending.snapshots_kept(client, objects) as keeper,
        working(client, activities(objects, checker, settings), settings, keeper.note),
        census.cases_counted(client, objects, runtime.metric_meter),
    ):
        LOG.info("working on task queue %s of namespace %s", TASK_QUEUE, client.namespace)
        await stop.wait()
        LOG.info("stopping: running steps may take %s s to finish", settings.worker.shutdown_seconds)


def _runtime(metrics_address: str) -> Runtime:
    try:
        return temporal.runtime(metrics_address)
    except ValueError as error:  # the library's, where nobody can listen at the address
        what = "give each worker an address with a port that is free, as in 127.0.0.1:9464"
        text = f"ACTIVA_WORKER__METRICS_ADDRESS {metrics_address}: {error}; {what}"
        raise SettingsError(text) from None


def _readiness(client: Client, objects: s3.S3Objects, stop: asyncio.Event) -> health.Readiness:
    async def goes_on() -> None:
        if stop.is_set():
            raise NotReadyError("stopping")

    return health.Readiness(
        {
            "temporal": partial(temporal.require_namespace, client),
            "bucket": partial(asyncio.to_thread, objects.require_bucket),
            "going on": goes_on,
        }
    )


def main() -> int:
    """Run the command; its exit status is `entry.served`'s."""
    return served(__doc__, load, run)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    temporal.leave_process(main())
