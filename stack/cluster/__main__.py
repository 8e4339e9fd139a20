"""`python -m stack.cluster` (`make cluster`): the product on a real Temporal cluster until Ctrl-C, all on 127.0.0.1.

Exit 0 when it was asked to stop, 1 when a program failed, 2 when it can't start as things are: no Go, no PostgreSQL.
PostgreSQL's data are gone when it stops; configuration, mails and objects stay in `.local/cluster`.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from adapters.temporal import leave_process
from settings import SettingsError
from stack.cluster.binaries import Binaries, NoClusterError, ready
from stack.cluster.database import give_away
from stack.cluster.programs import Database, cluster_programs
from stack.run import CANNOT_START, AlreadyRunningError, run_stack
from stack.stack_settings import StackSettings, load_stack_settings


def main() -> int:
    """Run the cluster and return the exit status."""
    try:
        stack = load_stack_settings()
        return _run(cluster_stack(stack), ready(binaries_folder(stack)))
    except NoClusterError as error:
        sys.stderr.write(f"Skipped, no cluster on this machine: {error}\n")
    except (SettingsError, AlreadyRunningError) as error:
        sys.stderr.write(f"{error}\n")
    return CANNOT_START


def binaries_folder(stack: StackSettings) -> Path:
    """Return where the server is built, once for all clusters of a local stack."""
    return stack.folder / "temporal-server"


def cluster_stack(stack: StackSettings) -> StackSettings:
    """Return the settings of a stack beside the local one: a folder in its folder."""
    return stack.model_copy(update={"folder": stack.folder / "cluster"})


def _run(stack: StackSettings, binaries: Binaries) -> int:
    with tempfile.TemporaryDirectory(prefix="activa-cluster-", ignore_cleanup_errors=True) as folder:
        give_away(Path(folder))
        database = Database(Path(folder))
        programs_of = partial(cluster_programs, binaries, database)
        return run_stack(stack, programs_of, with_page=False, changed=database.directory)


if __name__ == "__main__":
    leave_process(main())
