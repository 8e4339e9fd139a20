"""What of a history can be read by whoever has no key."""

import base64
from collections.abc import Iterator

READABLE = {"searchAttributes"}


def readable_payloads(node: object, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield where and what every payload of a history is that is not encrypted, search attributes aside."""
    if isinstance(node, list):
        for each in node:
            yield from readable_payloads(each, within)
    elif isinstance(node, dict):
        if isinstance(node.get("metadata"), dict) and "encoding" in node["metadata"]:
            if base64.b64decode(node["metadata"]["encoding"]) != b"binary/encrypted":
                yield within, base64.b64decode(node.get("data", "")).decode(errors="replace")
            return
        for name, each in node.items():
            if name not in READABLE:
                yield from readable_payloads(each, f"{within}.{name}")
