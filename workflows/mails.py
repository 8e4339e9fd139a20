"""Sending mails and reminders, one at a time, beside the steps that somebody waits for.

A mail server may hang for minutes. So the mails have a lane of their own: what is due there is decided anew before each
one, and whatever comes of it goes to the case.
"""

import asyncio
from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from domain.case.case import Case
from domain.case.jobs import REMINDER, QueuedJob
from domain.case.reminders import Milestone
from domain.decisions import clock, due, reminding, results
from domain.views.mails import build_reminder
from workflows.jobs import perform, remind, why


class Mails:
    """Sends what is due in the case; `case` returns the case as it stands, `keep` takes the changed one."""

    def __init__(self, case: Callable[[], Case], keep: Callable[[Case], None]) -> None:
        self._case = case
        self._keep = keep
        self._task: asyncio.Task[None] | None = None
        self.has_news = False
        """A mail has gone out or failed since the case was last looked at."""

    @property
    def sending(self) -> bool:
        """Whether a mail is under way; a run may not end now."""
        return self._case().sending is not None

    def go_on(self) -> None:
        """Begin to send if something is due and nothing is under way yet."""
        self.has_news = False
        if self._task is not None and self._task.done():
            self._task.result()
            self._task = None
        if self._task is None and (found := self._begun()) is not None:
            self._task = asyncio.create_task(self._send_all(found))

    async def _send_all(self, found: QueuedJob | Milestone) -> None:
        mail: QueuedJob | Milestone | None = found
        while mail is not None:
            try:
                await self.send(mail)
            finally:
                self._keep(self._case().evolve(sending=None))
                self.has_news = True
            mail = self._begun()

    def _begun(self) -> QueuedJob | Milestone | None:
        """Return the mail to send now, if one is due; the case knows that it is under way before anybody looks."""
        now = workflow.now()
        self._keep(clock.tick(self._case(), now))
        mail = due.next_mail(self._case(), now)
        if mail is not None:
            self._keep(self._case().evolve(sending=mail.number if isinstance(mail, QueuedJob) else REMINDER))
        return mail

    async def send(self, mail: QueuedJob | Milestone) -> None:
        """Send one mail and take what came of it into the case."""
        if isinstance(mail, Milestone):
            await self._remind(mail)
            return
        try:
            result = await perform(self._case(), mail, workflow.now())
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self._keep(results.failed(self._case(), mail, *why(error), workflow.now()))
        else:
            self._keep(results.done(self._case(), mail, result, workflow.now()))

    async def _remind(self, milestone: Milestone) -> None:
        sent = build_reminder(self._case(), milestone.days, workflow.now())
        try:
            result = await remind(self._case(), sent)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            error_type, final = why(error)
            case, now = self._case(), workflow.now()
            self._keep(reminding.reminder_failed(case, milestone, sent, error_type, final=final, now=now))
        else:
            self._keep(reminding.reminder_done(self._case(), milestone, sent, result, workflow.now()))
