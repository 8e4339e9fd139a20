"""The routes: start an activation, look at it, tell it of a payment, ask what may sign, list all."""

import json
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import JSONResponse, Response

from domain.consent.submission import SubmittedRepresentative, of_the_future
from domain.contract import COMPANY_ID_PATTERN
from domain.messages.models import PaymentConfirmed
from domain.model import as_known
from domain.profiles.company import Company
from domain.views.stage import Stage
from portal.api import document
from portal.api.access import Scope, allowed
from portal.api.bodies import body_of, wrong_fields
from portal.api.dependencies import InApi
from portal.api.models import Activation, EntitlementAnswer, IssuedLetter, Listed, Listing, PaymentInput, PaymentTaken

BY: Final = "billing"
"""Who acts, for the timeline. A token's subject may be a person, whose name has no place there."""
MOST_LISTED: Final = 200

router = APIRouter(prefix="/api/activations", tags=["Activations"])
CompanyInPath = Annotated[
    str, Path(pattern=COMPANY_ID_PATTERN, description="The company's opaque id.", examples=["C1001"])
]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of yours, of visible ASCII characters. The same key with the same body gets the same "
        "answer for ever.",
        examples=["9f1c0a7e-start-C1001"],
    ),
]
StageFilter = Annotated[Stage | None, Query(description="Only this stage; `closed` lists closed cases.")]
AttentionFilter = Annotated[
    Literal["true", "false"] | None,
    Query(description="Only those that need a person's attention, or only others."),
]
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many to a page.")]
Cursor = Annotated[str | None, Query(max_length=4000, description="`next_cursor` of the page before.")]


@router.post(
    "",
    dependencies=[Depends(allowed(Scope.WRITE))],
    **document.START,
)
async def start(
    request: Request, api: InApi, company: Annotated[Company, Depends(body_of(Company))], key: Key = None
) -> Response:
    """Start a company's activation.

    A company has one: starting it again changes nothing and answers 200, also when the case is closed.
    """
    started = await api.billing.start(company, None if key is None else (request.state.subject, key))
    answer = Activation(workflow_id=started.workflow_id, run_id=started.run_id, started=started.started)
    return JSONResponse(answer.model_dump(mode="json"), 201 if started.started else 200)


@router.get("/{company_id}", dependencies=[Depends(allowed(Scope.READ))], **document.STATUS)
async def status(api: InApi, company_id: CompanyInPath) -> dict[str, Any]:
    """Look at a whole case.

    The case itself answers, closed or not; without a worker it can't, and the answer is 503.
    """
    return await api.billing.status(company_id)


@router.post("/{company_id}/representative", dependencies=[Depends(allowed(Scope.WRITE))], **document.REPRESENTATIVE)
async def submit_representative(
    api: InApi,
    company_id: CompanyInPath,
    submitted: Annotated[SubmittedRepresentative, Depends(body_of(SubmittedRepresentative))],
) -> IssuedLetter:
    """Store the legal representative's data and have the letter made.

    `consent` says who obtained the authorization of Ley 1581 de 2012, and when; it is kept as evidence. Whoever leaves
    it out answers for the authorization. The same data again have the same letter.
    """
    if errors := of_the_future(submitted, api.now()):
        raise wrong_fields(errors)
    return as_known(IssuedLetter, await api.billing.submit_representative(company_id, submitted))


@router.post(
    "/{company_id}/payments", dependencies=[Depends(allowed(Scope.WRITE))], status_code=202, **document.PAYMENT
)
async def confirm_payment(
    api: InApi, company_id: CompanyInPath, payment: Annotated[PaymentInput, Depends(body_of(PaymentInput))]
) -> PaymentTaken:
    """Tell a case of a payment.

    It is kept once this answers, with or without a worker. Sending the same payment again counts once.
    """
    message = PaymentConfirmed(by=BY, **dict(payment))
    standing = await api.billing.confirm_payment(company_id, message)
    return PaymentTaken.model_validate(
        {
            "company_id": company_id,
            "reference": message.reference,
            "amount_cop": message.amount_cop,
            "standing": standing,
        }
    )


@router.get("/{company_id}/entitlement", dependencies=[Depends(allowed(Scope.READ))], **document.ENTITLEMENT)
async def entitlement(api: InApi, company_id: CompanyInPath) -> EntitlementAnswer:
    """Ask what a company may sign with today.

    Needs no worker. What happened while none ran, such as a certificate's first day, is not known yet; an end that has
    passed is. `until` is the last day of the certificate or loan, of the longest certificate if there are several.
    """
    found = await api.billing.entitlement(company_id, api.today())
    return EntitlementAnswer(company_id=company_id, entitlement=found.signing, until=found.until)


@router.get("", dependencies=[Depends(allowed(Scope.READ))], **document.LIST)
async def listing(
    api: InApi,
    stage: StageFilter = None,
    needs_attention: AttentionFilter = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing:
    """List the open cases, or the closed ones with `stage=closed`.

    The list is a second or so behind. A page may hold fewer than `limit` and still lead on.
    """
    search = json.dumps([stage, needs_attention])
    token = None if cursor is None else api.cursors.read(cursor, search)
    attention = None if needs_attention is None else needs_attention == "true"
    page = await api.billing.page(stage, attention, limit, token)
    return Listing(
        activations=[Listed.model_validate(each.model_dump()) for each in page.cases],
        next_cursor=None if page.next_token is None else api.cursors.made(page.next_token, search),
    )
