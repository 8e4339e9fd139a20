"""The four search attributes, written in one upsert when one of them changed, or with a new run."""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from domain import contract
from domain.views.stage import SearchValues

STAGE = SearchAttributeKey.for_keyword(contract.STAGE)
LOAN_ENDS_AT = SearchAttributeKey.for_datetime(contract.LOAN_ENDS_AT)
CERTIFICATE_ENDS_AT = SearchAttributeKey.for_datetime(contract.CERTIFICATE_ENDS_AT)
NEEDS_ATTENTION = SearchAttributeKey.for_bool(contract.NEEDS_ATTENTION)


def publish(values: SearchValues) -> None:
    """Write the attributes that differ from what the namespace has of this workflow."""
    known = workflow.info().typed_search_attributes
    updates: list[SearchAttributeUpdate[Any]] = [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in _wanted(values).items()
        if _differ(known.get(key), value)
    ]
    if updates:
        workflow.upsert_search_attributes(updates)


def carried_on(values: SearchValues) -> TypedSearchAttributes:
    """Return the attributes of the run that takes over: those that others have set stay as they are."""
    wanted = _wanted(values)
    names = {key.name for key in wanted}
    others = [pair for pair in workflow.info().typed_search_attributes if pair.key.name not in names]
    own = [SearchAttributePair(key, value) for key, value in wanted.items() if value is not None]
    return TypedSearchAttributes([*others, *own])


def _wanted(values: SearchValues) -> dict[SearchAttributeKey[Any], Any]:
    return {
        STAGE: values.stage.value,
        LOAN_ENDS_AT: values.loan_ends_at,
        CERTIFICATE_ENDS_AT: values.certificate_ends_at,
        NEEDS_ATTENTION: values.needs_attention,
    }


def _differ(known: Any, wanted: Any) -> bool:
    if isinstance(known, datetime) and isinstance(wanted, datetime):
        return abs((known - wanted).total_seconds()) >= 1
    return bool(known != wanted)
