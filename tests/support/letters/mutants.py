"""Files of our own, damaged as transfers, broken programs and people with bad intent damage them. All from a seed."""

import io
import re
from collections.abc import Callable, Sequence

import numpy as np
import pikepdf
from pikepdf import Name

NUMBERS = (b"0", b"-1", b"7", b"99999", b"2147483648", b"18446744073709551615", b"1e38", b"null", b"[]", b"(x)")
NAMES = tuple(
    b"/" + name
    for name in (
        *(b"DCTDecode", b"FlateDecode", b"JPXDecode", b"JBIG2Decode", b"Crypt", b"Width", b"Length", b"Kids"),
        *(b"Contents", b"Resources", b"XObject", b"Image", b"Form", b"Pages", b"Page", b"Type", b"Subtype", b"Root"),
    )
)


def mutant(subjects: Sequence[bytes], seed: int) -> bytes:
    """Return one of the subjects, damaged once or twice."""
    rng = np.random.default_rng(seed)
    data = subjects[seed % len(subjects)]
    for _ in range(rng.integers(1, 3)):
        damage = DAMAGES[rng.integers(len(DAMAGES))]
        data = damage(data, rng, subjects)
    return data


def _bits(data: bytes, rng: np.random.Generator, _: Sequence[bytes]) -> bytes:
    changed = np.frombuffer(data, np.uint8).copy()
    for _ in range(rng.integers(1, 40)):
        changed[rng.integers(len(changed))] ^= 1 << rng.integers(8)
    return changed.tobytes()


def _cut(data: bytes, rng: np.random.Generator, _: Sequence[bytes]) -> bytes:
    """End early, with or without the words that end a file."""
    cut = data[: rng.integers(20, len(data))]
    return cut + b"\nstartxref\n%d\n%%%%EOF\n" % rng.integers(len(cut)) if rng.random() < 0.7 else cut


def _spliced(data: bytes, rng: np.random.Generator, subjects: Sequence[bytes]) -> bytes:
    """Put the end of another file, or all of it, into this one."""
    other = subjects[rng.integers(len(subjects))]
    at = int(rng.integers(len(data)))
    return data[:at] + (other[rng.integers(len(other)) :] if rng.random() < 0.6 else other[9:] + data[at:])


def _doubled(data: bytes, rng: np.random.Generator, _: Sequence[bytes]) -> bytes:
    at, size = int(rng.integers(len(data))), int(rng.integers(1, 4000))
    return data[:at] + data[at : at + size] * int(rng.integers(2, 5)) + data[at:]


def _replacing(pattern: bytes, choose: Callable[[np.random.Generator], bytes]) -> Callable[..., bytes]:
    def damage(data: bytes, rng: np.random.Generator, subjects: Sequence[bytes]) -> bytes:
        found = list(re.finditer(pattern, data))
        if not found:
            return _bits(data, rng, subjects)
        for number in sorted(rng.choice(len(found), min(len(found), 3), replace=False), reverse=True):
            data = data[: found[number].start()] + choose(rng) + data[found[number].end() :]
        return data

    return damage


DAMAGES: tuple[Callable[..., bytes], ...] = (
    _bits,
    _cut,
    _spliced,
    _doubled,
    _replacing(rb"\b\d{1,3} 0 R", lambda rng: b"%d 0 R" % rng.integers(12)),
    _replacing(rb"\b\d{1,3} 0 obj", lambda rng: b"%d 0 obj" % rng.integers(12)),
    _replacing(rb"/Length \d+", lambda rng: b"/Length " + NUMBERS[rng.integers(len(NUMBERS))]),
    _replacing(rb"(?<=[ \[])\d+(?=[ \]])", lambda rng: NUMBERS[rng.integers(len(NUMBERS))]),
    _replacing(rb"|".join(NAMES), lambda rng: NAMES[rng.integers(len(NAMES))]),
)


def shows_pictures_alone(data: bytes) -> bool:
    """Tell by the operators of a file's pages, and without the product, whether all that can be seen is pictures."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages) > 0 and all(_shows_pictures_alone(page) for page in pdf.pages)


_PAINTING = frozenset(("f", "F", "f*", "S", "s", "B", "b", "B*", "b*", "sh"))
_WRITING = frozenset(("Tj", "TJ", "'", '"'))


def _shows_pictures_alone(page: pikepdf.Page) -> bool:
    mode, pictures = 0, 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Tr":
            mode = int(instruction.operands[0])
        elif operator == "Do":
            pictures += page.Resources.XObject[str(instruction.operands[0])].Subtype == Name.Image
        elif operator in _PAINTING or (operator in _WRITING and mode != 3):
            return False
    return pictures > 0 and "/Annots" not in page.obj
