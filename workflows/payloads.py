"""Raw payloads into what the domain can parse, and refusals into failures that a caller can read."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.contract import CompanyId, Sha256
from domain.errors import ActivaError
from domain.messages.parsing import ENCRYPTED_ENCODING, JSON_ENCODING, Argument
from domain.model import Model


class SealedInputError(ActivaError):
    """The worker has no key that opens the case. It fails the task alone, which another worker may take."""


class ActivationInput(Model):
    """What a case starts with. `carried` is the case itself, packed or not, when a run takes over from another."""

    company_id: CompanyId
    profile_sha256: Sha256
    policy: dict[str, Any] | None = None
    carried: dict[str, Any] | None = None


def arguments_of(raw: Sequence[RawValue]) -> list[Argument]:
    """Return each argument's declared encoding and bytes."""
    return [Argument(each.payload.metadata.get("encoding", b""), each.payload.data) for each in raw]


def parse_input(raw: RawValue) -> ActivationInput:
    """Return the workflow's input, or raise the failure that ends a run which was started wrongly.

    Input that is still encrypted ends nothing: a worker without the ring must not close every case that it is given.
    """
    [argument] = arguments_of([raw])
    if argument.encoding == ENCRYPTED_ENCODING:
        raise SealedInputError(
            "the case is encrypted and no key opens it; set ACTIVA_ENCRYPTION__RING on every worker, or, where its key "
            "was erased, terminate it"
        )
    if argument.encoding != JSON_ENCODING:
        raise refusal("InputError", "the input must be one JSON object: company_id, profile_sha256, optional policy")
    try:
        return ActivationInput.model_validate_json(argument.data)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    fields = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'the input'}: {each['msg']}" for each in problems[:8])
    raise refusal("InputError", f"{fields}; fields: company_id, profile_sha256, policy (optional)")


def refusal(error_type: str, text: str, *details: Any) -> ApplicationError:
    """Return a failure that no retry mends. Its text and details are safe to show."""
    return ApplicationError(text, *details, type=error_type, non_retryable=True)
