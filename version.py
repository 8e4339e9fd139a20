"""Which version this is. Wheel, images, bill of materials, figures and logs all take it from here."""

__version__ = "0.1.0"
