"""What Temporal itself knows of a case, by its search attributes."""

from datetime import datetime
from typing import Any, Final

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain import contract
from domain.model import Model
from domain.views.stage import SearchValues, Stage

STAGE: Final = SearchAttributeKey.for_keyword(contract.STAGE)
LOAN_ENDS_AT: Final = SearchAttributeKey.for_datetime(contract.LOAN_ENDS_AT)
CERTIFICATE_ENDS_AT: Final = SearchAttributeKey.for_datetime(contract.CERTIFICATE_ENDS_AT)
NEEDS_ATTENTION: Final = SearchAttributeKey.for_bool(contract.NEEDS_ATTENTION)


class Outline(Model):
    """What a case's search attributes tell: as old as its last change of stage. Ends are instants, UTC."""

    stage: Stage
    loan_ends_at: datetime | None = None
    certificate_ends_at: datetime | None = None


def outline_of(known: TypedSearchAttributes) -> Outline:
    """Return what the attributes of a case tell."""
    return Outline(
        stage=Stage(known.get(STAGE) or Stage.STARTED),
        loan_ends_at=known.get(LOAN_ENDS_AT),
        certificate_ends_at=known.get(CERTIFICATE_ENDS_AT),
    )


def of_a_case(values: SearchValues) -> TypedSearchAttributes:
    """Return the attributes of a case that is started where it stood."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(STAGE, values.stage.value),
        SearchAttributePair(NEEDS_ATTENTION, values.needs_attention),
    ]
    if values.loan_ends_at is not None:
        pairs.append(SearchAttributePair(LOAN_ENDS_AT, values.loan_ends_at))
    if values.certificate_ends_at is not None:
        pairs.append(SearchAttributePair(CERTIFICATE_ENDS_AT, values.certificate_ends_at))
    return TypedSearchAttributes(pairs)


def of_a_new_case() -> TypedSearchAttributes:
    """Return the attributes of a case that starts; set at the start they cost nothing."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, Stage.STARTED.value),
            SearchAttributePair(NEEDS_ATTENTION, False),
        ]
    )
