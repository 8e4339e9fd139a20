"""Failures whose text and trace go encrypted too, but for one that says nothing of anybody."""

from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter

from domain.contract import ASK_AGAIN


class EncodedFailures(DefaultFailureConverter):
    """Moves text and trace of every failure to where a codec encrypts them.

    What a query fails with reaches its asker by the text alone, never decoded, so that ASK_AGAIN keeps it.
    """

    def __init__(self) -> None:
        super().__init__(encode_common_attributes=True)

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Write the exception into the failure."""
        super().to_failure(exception, payload_converter, failure)
        if str(exception) == ASK_AGAIN:
            failure.message = ASK_AGAIN
