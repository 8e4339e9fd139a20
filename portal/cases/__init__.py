"""The cases as the portal needs them. This room alone holds drivers: through it go all calls to Temporal and to S3."""

from adapters.batches import Batch
from adapters.case_list import Filter

__all__ = ["Batch", "Filter"]
