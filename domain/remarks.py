"""What a case says to people: a code and its values, beside the sentence in English that is made of them.

Whoever reads it in another language, or acts on it, goes by the code and never by the sentence. A code is for ever:
stored cases hold it.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from domain.model import Model

ENGLISH: Final[Mapping[str, str]] = {
    # A message that does not fit the case
    "certificate_past": "valid_until: {valid_until} has passed; register a certificate that is valid",
    "certificate_unknown": "serial {serial} is no certificate of this case; see its certificates in the status",
    "dates_reversed": "valid_until: {valid_until} lies before valid_from {valid_from}; check both dates",
    "earlier_rules": "this case still runs under the rules of an earlier release, which have no such message; close it "
    "and start it again with --reopen, then send it again",
    "event_unknown": "event: {event} is no event of this case that can be sent again; see webhooks in the status",
    "no_letter": "no letter has been issued yet; submit the representative's data first",
    "no_loan": "no loan is active; there is nothing to revoke",
    "no_request": "no certificate is in process; a rejection needs a paid request that is still open",
    "no_review": "no letter waits for a review",
    "notice_untrue": "notice: {notice} would not be true today; see the status for what is",
    "payment_recorded": "reference {reference} is recorded with {recorded_cop} pesos, this message says {amount_cop}; "
    "send another payment under its own reference",
    "review_decided": "the letter was already decided: {decision}; another letter can be uploaded",
    "serial_recorded": "serial {serial} is registered as valid {recorded_from} to {recorded_until}, this message says "
    "{valid_from} to {valid_until}; check the serial, or let support correct the dates",
    "support_only": "only support may send this, with by as in support:ana",
    "step_unfinished": "step 2 is not finished: attach the signed letter, or confirm the payment first",
    "term_too_long": "valid_from {valid_from} to valid_until {valid_until} is longer than any certificate; check both "
    "dates",
    "too_much_owed": "{count} steps of this case already wait for a server; send it again once they are done",
    "upload_not_reviewed": "upload_id: {upload_id} does not wait for a review; see its verdict in the status",
    "upload_unknown": "upload_id: {upload_id} is not a letter of this case; see its versions in the status",
    # Stored data that can't be used
    "acceptance_unusable": "the evidence of the first accepted letter at {key} can't be read; restore it from the "
    "bucket's versions, then close the case and start it again with --reopen",
    "archive_unusable": "of the archive at {key} this can't be used: {fields}; compare it with the bucket's versions, "
    "then close the case and start it again with --reopen",
    "revocation_unusable": "the evidence that the loan was revoked at {key} can't be read; restore it from the "
    "bucket's versions, then close the case and start it again with --reopen",
    "nit_locked": "nit: it can't change once step 3, the test set, is done; start another activation for another NIT",
    "policy_invalid": "policy: {fields}: not usable, the worker's own policy is used; close the case and start it "
    "again",
    "company_invalid": "company data not valid at {fields}; correct and store them, then send company_updated",
    "company_missing": "sha256: no company data with this digest at {key}; store them there, then send company_updated",
    "company_of_another": "company_id: the stored data name another company; store this company's, then send "
    "company_updated",
    "representative_missing": "no representative was named",
    "profile_invalid": "stored data not valid at {fields}; correct them",
    "profile_missing": "sha256: no stored data with this digest; store them under profiles/ first, then send their "
    "digest",
    # What a person should look at
    "address_of_company": "the address of the company does not take {what}; correct it with company_updated",
    "address_of_representative": "the address of the representative does not take {what}; they correct it and fetch "
    "the letter again",
    "case_unopened": "the case can't be opened, {error}; it is tried again",
    "every_address_refused": "the mail server refused every address for {what}; correct the address",
    "job_failing": "{job} keeps failing with {error}; it is tried again",
    "letter_not_issued": "the letter can't be issued from the stored data: {codes}; submit the representative again",
    "letter_waits": "a signed letter waits for letter_reviewed: accept or reject",
    "loan_over": "the loan ended before the company's own certificate signs; see the request and the certificate's "
    "dates",
    "nothing_signs": "what the company signed with is over and the certificate it has bought does not sign yet; see "
    "the request and the certificate's dates",
    "payment_short": "payment below the total: {amount_cop} of {total_cop} pesos under {reference}; send "
    "payment_confirmed with the whole amount once it is paid",
    "payment_too_large": "payment {reference} is of {amount_cop} pesos where the total is {total_cop}; it counts, but "
    "look for a digit too many, and give back what is too much",
    "payment_unexpected": "payment {reference} while no certificate was on sale: one is in process or valid for long; "
    "refund it, or register the certificate it bought",
    "request_late": "a certificate paid on {paid_on} is not issued, and the time it takes is over; ask the issuer",
    "reminder_failing": "a reminder keeps failing with {error}; it is tried again",
    "webhook_given_up": "{event_type} {event} was not taken for three days, last {error}; ask for it by "
    "webhook_requested",
    "webhooks_gone": "the billing backend answered 410 and gets no more events; send webhook_requested once it wants "
    "them again",
    # What a caller hears at the door
    "batch_running": "another batch runs; wait for its end, or stop it",
    "letter_altered": "the letter at {key} is missing or altered; check the bucket's versions",
    "letter_of_no_use": "a letter leads to nothing now",
}
"""Each code's sentence: what, the value, what to do. `domain.messages.parsing` adds those about malformed messages."""


class Remark(Model):
    """A sentence in English, and the code and values that it is made of; an older one may have no code."""

    code: str = ""
    message: str
    values: dict[str, Any] = Field(default_factory=dict)
    """Numbers, days as `2027-01-31`, names of fields, ids: never personal data."""


def remark(code: str, **values: object) -> Remark:
    """Return what a code says of some values."""
    known = plain(values)
    return Remark(code=code, message=ENGLISH[code].format_map(known), values=known)


def plain(values: Mapping[str, object]) -> dict[str, str | int]:
    """Return values as JSON has them: numbers, and everything else as its text."""
    return {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
