"""`python -m stack.cluster.quiet COMMAND...`: run a command that talks much, and say what it said only if it fails."""

import subprocess
import sys


def main(command: list[str]) -> int:
    """Return the command's exit status."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
