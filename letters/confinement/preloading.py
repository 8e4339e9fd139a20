"""Everything that a child would load or open at its first use: it may open nothing, so the helper does it before.

What is forgotten here ends a check: the kernel stops the child, and the checker's log says so.
"""

import ctypes
import importlib
import io
import logging
import threading
import time
import warnings
from typing import Final

import cv2
import pikepdf
from pypdfium2 import raw

_MODULES: Final = (
    *("_strptime", "locale", "numpy.ma", "lxml.etree", "cryptography.hazmat.backends.openssl.backend"),
    *(f"pyhanko.pdf_utils.{name}" for name in ("crypt.pdfmac", "filters", "metadata.xmp_xml", "rw_common", "writer")),
    *("pyhanko.sign.fields", "pyhanko.sign.validation.pdf_embedded"),
    *(f"encodings.{name}" for name in ("ascii", "cp1252", "idna", "latin_1", "punycode", "unicode_escape")),
    *(f"encodings.utf_{name}" for name in ("8_sig", "16", "16_be", "16_le", "32", "32_be", "32_le")),
)
"""What libraries import within a function."""
for _module in _MODULES:
    importlib.import_module(_module)


def preload() -> None:
    """Make the libraries ready for children that can open nothing; to be called once, before the first fork."""
    # OpenCV's pool of threads does not survive a fork.
    cv2.setNumThreads(1)
    _be_silent()
    _without_fonts_of_the_machine()
    _open_entropy()
    time.localtime()
    # The first thread of a process sets up signals, which a child may not; the decoder of HEIC makes threads.
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _be_silent() -> None:
    """Keep Python from printing: it would open source files to show the lines that a warning or an error is from."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


def _without_fonts_of_the_machine() -> None:
    """Let pdfium draw what has no font of its own with those that it carries, the same on every machine."""
    raw.FPDF_DestroyLibrary()
    none = (ctypes.POINTER(ctypes.c_char) * 1)()
    raw.FPDF_InitLibraryWithConfig(raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=none))


def _open_entropy() -> None:
    """Let qpdf open the kernel's random numbers, of which an encrypted file makes it ask for some."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="", R=6))
    with pikepdf.open(out) as pdf:
        pdf.save(io.BytesIO())
