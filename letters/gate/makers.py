"""Which program made a file, by what it writes about itself; never by what its pages look like.

The name only makes a refusal clearer. Anybody can write another one into a file, so nothing else rests on it.
"""

from typing import Final

import pikepdf
from pikepdf import Dictionary

from letters.reasons import MAKERS

_KEYS: Final = ("/Producer", "/Creator", "/Author")
_SIGNS: Final = {b"intsig.com": "CamScanner"} | {name.lower().encode(): name for name in MAKERS}
"""CamScanner's producer is `intsig.com pdf producer`; the others write their own names, a version behind them."""


def maker_of(pdf: pikepdf.Pdf) -> str | None:
    """Return the name of the program that made a file, one of `MAKERS`, or None."""
    about = pdf.trailer.get("/Info")
    if not isinstance(about, Dictionary):
        return None
    for key in _KEYS:
        told = about.get(key)
        if isinstance(told, pikepdf.String):
            words = bytes(told).replace(b"\0", b"").lower()  # UTF-16 as well, and whatever is neither
            for sign, name in _SIGNS.items():
                if sign in words:
                    return name
    return None
