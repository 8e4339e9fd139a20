"""The terminal's lines: which program says what, at a glance."""

import itertools
import os
from collections.abc import Callable
from typing import Final, TextIO

_COLOURS: Final = (36, 33, 32, 35, 34, 31)
_WIDTH: Final = 9


class Console:
    """Writes lines with a coloured name of fixed width; when the reader is gone it falls silent and tells once."""

    def __init__(self, stream: TextIO) -> None:
        """Colour only a terminal, and none that asks for no colour."""
        self.when_gone: Callable[[], None] = lambda: None
        self._stream = stream
        self._gone = False
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ
        self._next_colour = itertools.cycle(_COLOURS)
        self._colours: dict[str, int] = {}

    def line(self, name: str, text: str) -> None:
        """Write one line of a program, without what would move the cursor or change the terminal."""
        colour = self._colours.get(name)
        if colour is None:
            colour = self._colours[name] = next(self._next_colour)
        harmless = "".join(letter if letter.isprintable() or letter == "\t" else "�" for letter in text)
        label = f"{name:>{_WIDTH}} |"
        self.write(f"\x1b[{colour}m{label}\x1b[0m {harmless}" if self._coloured else f"{label} {harmless}")

    def write(self, text: str) -> None:
        """Write a text of the stack's own."""
        if self._gone:
            return
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except OSError:
            self._gone = True
            self.when_gone()
