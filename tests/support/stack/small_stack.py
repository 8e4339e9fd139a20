"""A stack of a small command and the servers named, as the arguments say: for the tests of `stack.run`."""

import os
import sys

from adapters.temporal import leave_process
from stack import programs
from stack.process import Program
from stack.run import main
from stack.stack_settings import StackSettings


def small_programs(stack: StackSettings) -> tuple[Program, ...]:
    small, *servers = sys.argv[1:]
    wanted = (program for program in programs.programs(stack) if program.name in servers)
    return (*wanted, Program("small", ("sh", "-c", small), dict(os.environ)))


if __name__ == "__main__":
    leave_process(main(small_programs))
