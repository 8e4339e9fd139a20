"""Opening a case, checking a company's new data, and keeping a closed case."""

import hashlib
import json
import re
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from temporalio import activity

from activities import evidence
from activities.ports import Objects
from activities.profiles import JSON, company_bytes
from domain.bucket import archive_key, company_key, earlier_key, first_acceptance_key, loan_revocation_key, snapshot_key
from domain.case.archive import taken_up
from domain.case.jobs import (
    ArchiveRequest,
    CaseOpened,
    CheckCompanyRequest,
    CompanyChecked,
    KeepEarlierRequest,
    OpenCase,
)
from domain.case.loan import FirstAcceptance
from domain.case.policy import Policy
from domain.case.revisions import Revisions
from domain.case.snapshot import Snapshot
from domain.case.steps import nit_locked
from domain.contract import SHA256_PATTERN
from domain.model import canonical_bytes, wrong_fields
from domain.profiles.company import Company
from domain.remarks import Remark, remark
from domain.views.earlier import earlier_page


class CaseActivities:
    """The steps around a case as a whole.

    `policy` is the worker's own, for cases that came without one; `webhooks` tells whether it delivers events.
    """

    def __init__(
        self, objects: Objects, policy: Policy, *, webhooks: bool = False, revisions: Revisions | None = None
    ) -> None:
        self._objects = objects
        self._revisions = revisions or Revisions()
        self._policy = policy
        self._webhooks = webhooks

    @activity.defn
    def open_case(self, start: OpenCase) -> CaseOpened:
        """Return the policy to run under and whatever the company already has."""
        company, problem = self._company(start.company_id, start.profile_sha256)
        policy, policy_problem = self._captured(start.policy)
        found = _Found(self._objects)
        named = {
            "company_id": start.company_id,
            "company_sha256": start.profile_sha256,
            "policy": policy.model_dump(mode="json"),
        }
        archived = found.archived(start.company_id, named)
        before = found.company_before if found.company_before != start.profile_sha256 else None
        locked = before is not None and self._breaks_the_lock(start.company_id, before, company, archived)
        return CaseOpened(
            policy=None if start.policy_stands else policy,
            problem=remark("nit_locked") if locked else problem or policy_problem,
            company_changed=before is not None and not locked,
            company_sha256=before if locked else None,
            first_acceptance=found.first_acceptance(start.company_id),
            revoked_on=found.revoked_on(start.company_id),
            archived=archived,
            webhooks=self._webhooks,
            rules=self._revisions.rules,
            holidays=self._revisions.holidays,
            unusable=tuple(found.unusable),
        )

    def _breaks_the_lock(
        self, company_id: str, before: str, company: Company | None, archived: dict[str, Any] | None
    ) -> bool:
        """Tell whether a case would be taken up under another NIT after its test set was passed."""
        if archived is None or not nit_locked(archived.get("steps", ())):
            return False
        earlier, _ = self._company(company_id, before)
        return earlier is not None and company is not None and earlier.nit != company.nit

    def _captured(self, given: dict[str, Any] | None) -> tuple[Policy, Remark | None]:
        """Return the given policy, completed by the worker's own; an unfit one is not used at all."""
        if given is None:
            return self._policy.with_reminders_that_sell(), None
        try:
            policy = Policy.model_validate({**self._policy.model_dump(), **given})
        except ValidationError as error:
            unfit = remark("policy_invalid", fields=wrong_fields(error)[:300])
            return self._policy.with_reminders_that_sell(), unfit
        return policy.with_reminders_that_sell(), None

    @activity.defn
    def check_company(self, request: CheckCompanyRequest) -> CompanyChecked:
        """Check new data of a company; once the test set is done the NIT may not change."""
        company, problem = self._company(request.company_id, request.sha256)
        if company is None:
            return CompanyChecked(refused=problem)
        current, _ = self._company(request.company_id, request.current_sha256)
        nit_changed = current is None or current.nit != company.nit
        if request.nit_locked and nit_changed:
            return CompanyChecked(refused=remark("nit_locked"))
        return CompanyChecked(nit_changed=nit_changed)

    def _company(self, company_id: str, sha256: str) -> tuple[Company | None, Remark | None]:
        data = company_bytes(self._objects, company_id, sha256)
        if data is None:
            return None, remark("company_missing", key=company_key(company_id))
        try:
            company = Company.model_validate_json(data)
        except ValidationError as error:
            return None, remark("company_invalid", fields=wrong_fields(error)[:200])
        if company.company_id != company_id:
            return None, remark("company_of_another")
        return company, None

    @activity.defn
    def archive_case(self, request: ArchiveRequest) -> None:
        """Keep a closed case, in the place of any earlier one."""
        data = json.dumps(request.case, sort_keys=True).encode()
        self._objects.put(archive_key(request.company_id), data, JSON)

    @activity.defn
    def keep_earlier(self, request: KeepEarlierRequest) -> None:
        """Keep lines that a case no longer carries; the same page again is the same object."""
        data = canonical_bytes(earlier_page(request))
        since = min([each.at for each in request.events] + [each.at for each in request.rejected])
        self._objects.put(earlier_key(request.company_id, since, hashlib.sha256(data).hexdigest()), data, JSON)


class _Found:
    """What the store has of a case. What can't be used is left out and named."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.unusable: list[Remark] = []
        self.company_before: str | None = None
        """Digest of the company's data that the archived case had."""

    def first_acceptance(self, company_id: str) -> FirstAcceptance | None:
        try:
            return evidence.first_acceptance(self._objects, company_id)
        except ValueError:
            self.unusable.append(remark("acceptance_unusable", key=first_acceptance_key(company_id)))
            return None

    def revoked_on(self, company_id: str) -> date | None:
        try:
            return evidence.revoked_on(self._objects, company_id)
        except ValueError:
            self.unusable.append(remark("revocation_unusable", key=loan_revocation_key(company_id)))
            return None

    def archived(self, company_id: str, named: dict[str, Any]) -> dict[str, Any] | None:
        """Return the case as it was closed, or as it stood when it was lost or ended by force after that."""
        key = archive_key(company_id)
        found = self._objects.get(key)
        lost = self._lost(company_id)
        if lost is not None and (found is None or found.stored_at <= lost[1]):
            key, values = snapshot_key(company_id), lost[0]
        elif found is None:
            return None
        else:
            values = _json(found.data)
        if isinstance(values, dict) and re.fullmatch(SHA256_PATTERN, str(values.get("company_sha256"))):
            self.company_before = values["company_sha256"]
        case, left_out = taken_up(values, named)
        if left_out:
            self.unusable.append(remark("archive_unusable", key=key, fields=", ".join(left_out)[:200]))
        return case

    def _lost(self, company_id: str) -> tuple[dict[str, Any], datetime] | None:
        """Return a case that was never closed in order, and when it was kept: whoever asks has none running."""
        found = self._objects.get(snapshot_key(company_id))
        if found is None:
            return None
        try:
            snapshot = Snapshot.model_validate_json(found.data)
        except ValidationError:
            self.unusable.append(remark("archive_unusable", key=snapshot_key(company_id), fields="snapshot"))
            return None
        return None if snapshot.closed or snapshot.case is None else (snapshot.case, found.stored_at)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
