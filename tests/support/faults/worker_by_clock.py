"""A worker of the version that lies in a folder: `worker_by_clock.py ROOT PASSED SECONDS_AHEAD`.

Its own clock is so many seconds ahead. Everything in the store is older for it than it is by so many that have passed:
what it would have to wait for need not be waited for.
"""

import dataclasses
import sys
from datetime import UTC, datetime, timedelta

sys.path[0] = sys.argv[1]

import worker  # noqa: E402
from adapters.s3 import S3Object, S3Objects  # noqa: E402

passed, ahead = (timedelta(seconds=int(each)) for each in sys.argv[2:])
get = S3Objects.get


def get_as_if_passed(objects: S3Objects, key: str, limit_bytes: int | None = None) -> S3Object | None:
    found = get(objects, key, limit_bytes)
    return found and dataclasses.replace(found, age=found.age + passed)


if passed:
    S3Objects.get = get_as_if_passed
worker._now = lambda: datetime.now(UTC) + ahead
sys.argv = ["worker.py"]
sys.exit(worker.main())
