"""The lender's own product, played: it hands its user over, and its checkout takes no money.

Mounted only where the settings name a development key, which they refuse outside 127.0.0.1.
"""

from portal.development.lender import OPEN, install

__all__ = ["OPEN", "install"]
