"""What a person reads in a letter."""

import unicodedata

import pypdfium2


def text_of(data: bytes) -> str:
    """Return the text a person would copy from the letter, with single spaces."""
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return unicodedata.normalize("NFC", " ".join(" ".join(pages).split()))
