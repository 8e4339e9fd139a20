"""Opening a case, checking a company's new data, and keeping a closed case."""

import json
from typing import Any

from pydantic import ValidationError
from temporalio import activity

from activities.ports import Objects
from activities.profiles import JSON, company_bytes
from domain.bucket import archive_key, first_acceptance_key, loan_revocation_key
from domain.case.jobs import ArchiveRequest, CaseOpened, CheckCompanyRequest, CompanyChecked, OpenCase
from domain.case.loan import FirstAcceptance
from domain.case.policy import Policy
from domain.profiles.company import Company
from domain.reason import Reason


class CaseActivities:
    """The steps around a case as a whole.

    `policy` is the worker's own, for cases that came without one; `webhooks` tells whether it delivers events.
    """

    def __init__(self, objects: Objects, policy: Policy, *, webhooks: bool = False) -> None:
        self._objects = objects
        self._policy = policy
        self._webhooks = webhooks

    @activity.defn
    def open_case(self, start: OpenCase) -> CaseOpened:
        """Return the policy to run under and whatever the company already has."""
        first = self._objects.get(first_acceptance_key(start.company_id))
        revoked = self._objects.get(loan_revocation_key(start.company_id))
        archived = self._objects.get(archive_key(start.company_id))
        _, problem = self._company(start.company_id, start.profile_sha256)
        policy, policy_problem = self._captured(start.policy)
        return CaseOpened(
            policy=policy,
            problem=problem or policy_problem,
            first_acceptance=None if first is None else FirstAcceptance.model_validate_json(first.data),
            revoked_on=None if revoked is None else json.loads(revoked.data)["revoked_on"],
            archived=None if archived is None else json.loads(archived.data),
            webhooks=self._webhooks,
        )

    def _captured(self, given: dict[str, Any] | None) -> tuple[Policy, Reason | None]:
        """Return the given policy, completed by the worker's own; an unfit one is not used at all."""
        if given is None:
            return self._policy, None
        try:
            return Policy.model_validate({**self._policy.model_dump(), **given}), None
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False))
        text = f"policy: {fields}: not usable, the worker's own policy is used; close the case and start it again"
        return self._policy, Reason(code="policy_invalid", message=text[:400])

    @activity.defn
    def check_company(self, request: CheckCompanyRequest) -> CompanyChecked:
        """Check new data of a company; once the test set is done the NIT may not change."""
        company, problem = self._company(request.company_id, request.sha256)
        if company is None:
            return CompanyChecked(refused=problem)
        current, _ = self._company(request.company_id, request.current_sha256)
        if request.nit_locked and (current is None or current.nit != company.nit):
            text = "nit: it can't change once step 3, the test set, is done; start another activation for another NIT"
            return CompanyChecked(refused=Reason(code="nit_locked", message=text))
        return CompanyChecked()

    def _company(self, company_id: str, sha256: str) -> tuple[Company | None, Reason | None]:
        data = company_bytes(self._objects, company_id, sha256)
        if data is None:
            text = (
                f"sha256: no company data with this digest at profiles/{company_id}/company.json; store them there, "
                "then send company_updated"
            )
            return None, Reason(code="profile_missing", message=text)
        try:
            company = Company.model_validate_json(data)
        except ValidationError as error:
            fields = ", ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False)}))
            text = f"company data not valid at {fields[:200]}; correct and store them, then send company_updated"
            return None, Reason(code="profile_invalid", message=text)
        if company.company_id != company_id:
            text = "company_id: the stored data name another company; store this company's, then send company_updated"
            return None, Reason(code="profile_of_another", message=text)
        return company, None

    @activity.defn
    def archive_case(self, request: ArchiveRequest) -> None:
        """Keep a closed case, in the place of any earlier one."""
        data = json.dumps(request.case, sort_keys=True).encode()
        self._objects.put(archive_key(request.company_id), data, JSON)
