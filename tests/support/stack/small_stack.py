"""A stack of a small command and the servers named, as the arguments say: for the tests of `stack.run`."""

import os
import sys

from adapters.temporal import leave_process
from stack import parts
from stack.ports import StackSettings
from stack.process import Part
from stack.run import main


def small_parts(stack: StackSettings) -> tuple[Part, ...]:
    small, *servers = sys.argv[1:]
    wanted = (part for part in parts.parts(stack) if part.name in servers)
    return (*wanted, Part("small", ("sh", "-c", small), dict(os.environ)))


if __name__ == "__main__":
    leave_process(main(small_parts))
