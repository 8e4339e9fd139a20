"""A stack of the servers and one small command that does what its arguments say: for the tests of `stack.run`."""

import os
import sys

from stack import parts
from stack.ports import StackSettings
from stack.process import Part
from stack.run import main

SERVERS = {"temporal", "s3", "bootstrap"}


def small_parts(stack: StackSettings) -> tuple[Part, ...]:
    servers = tuple(part for part in parts.parts(stack) if part.name in SERVERS)
    return (*servers, Part("small", ("sh", "-c", sys.argv[1]), dict(os.environ)))


if __name__ == "__main__":
    sys.exit(main(small_parts))
