"""A worker of the version that lies in a folder, by a clock of its own: `worker_by_clock.py ROOT SECONDS_AHEAD`."""

import sys
from datetime import UTC, datetime, timedelta

sys.path[0] = sys.argv[1]

import worker  # noqa: E402

ahead = timedelta(seconds=int(sys.argv[2]))
worker._now = lambda: datetime.now(UTC) + ahead
sys.argv = ["worker.py"]
sys.exit(worker.main())
