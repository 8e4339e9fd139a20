"""What each update waits for, and what it answers."""

from datetime import datetime
from typing import Any

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.jobs import CheckUpload, IssueLetter, QueuedJob
from domain.messages.models import AttachLetter, DeleteLetter, Message, SubmitRepresentative, VerifyPayment
from domain.views.actions import next_actions
from domain.views.status import letter_status, loan_status, payment_status, steps_status


def awaited_job(case: Case, message: Message) -> QueuedJob | None:
    """Return the job of the case that an update waits for, or None when it can be answered at once."""
    for queued in reversed(case.queue):
        match queued.job, message:
            case IssueLetter(), SubmitRepresentative():
                if queued.job.representative_sha256 == message.sha256:
                    return queued
            case CheckUpload(), AttachLetter():
                if queued.job.upload_id == message.upload_id:
                    return queued
    return None


def answer(case: Case, message: Message, now: datetime) -> dict[str, Any]:
    """Return what an update answers once it is done."""
    today = bogota_date(now)
    match message:
        case VerifyPayment():
            return {**payment_status(case, today), "next_actions": next_actions(case, now)}
        case SubmitRepresentative():
            letter = letter_status(case)
            return {name: letter[name] for name in ("folio", "key", "sha256")}
        case AttachLetter():
            version = case.letter.version(message.upload_id)
            return {
                "upload_id": message.upload_id,
                "verdict": None if version is None else version.verdict.value,
                "reasons": [] if version is None else [each.model_dump() for each in version.reasons],
                "loan": loan_status(case, today),
            }
        case DeleteLetter():
            return {"letter": letter_status(case), "loan": loan_status(case, today)}
        case _:
            return {"steps": steps_status(case), "next_actions": next_actions(case, now)}
