"""The receipt with the longest names: everything stays on the paper."""

import pypdfium2
import pytest

from letters.issuing.receipt import Receipt, render_receipt

MM = 25.4 / 72


@pytest.mark.parametrize("name", ["Contable Ejemplo S.A.S.", "W" * 250, "Asociación de usuarios " * 10])
def test_everything_stands_within_the_margins(name: str) -> None:
    receipt = Receipt(
        company=f"{name} · NIT 900373115-3",
        issued="24 de noviembre de 2026",
        lender=name,
        facts=(("La empresa firma hoy con", "W" * 80),),
        documents=(("AC-0000-0000-0000", "Recibida hoy", "Aceptada", "a" * 64),),
        events=tuple(("24 de noviembre de 2026", "W" * 120, "W" * 60) for _ in range(40)),
    )

    with pypdfium2.PdfDocument(render_receipt(receipt)) as document:
        for page in document:
            text = page.get_textpage()
            for index in range(text.count_chars()):
                left, bottom, right, top = (side * MM for side in text.get_charbox(index))
                assert left >= 19
                assert right <= 215.9 - 17
                assert bottom >= 8
                assert top <= 279.4 - 18
