"""Every page in every state of a case, without a server: it renders, and nobody who has bought is told to buy."""

import hashlib
import itertools
import re
from datetime import datetime
from typing import Any

import pytest
from starlette.requests import Request

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.consent.authorization import TEXT_VERSION, text_of
from domain.letter.examination import DEFAULT_INTAKE_BYTES
from domain.views.status import status
from letters.issuing.receipt import render_receipt
from portal.cases.facts import Facts
from portal.pages.payment import MEANS
from portal.pages.progress import TaskState, go_on, steps, tasks
from portal.pages.receipt import receipt_of
from portal.pages.representative import DOCUMENTS, FIELDS
from portal.pages.timeline import lines
from portal.web.rendering import STATIC, Pages, megabytes, moment
from tests.support import builders
from tests.support.cases import bogota
from tests.support.stages import STAGES

PAGES = Pages(builders.lender(), "soporte@activa.example.co", "https://contable.example.co/entrar")
TEMPLATES = (
    "home.html",
    "payment.html",
    "payment_result.html",
    "payment_pending.html",
    "purchase.html",
    "next.html",
    "representative.html",
    "letter.html",
    "letter_wait.html",
    "letter_delete.html",
    "status.html",
)


def rendered(template: str, case: Case, now: datetime, **changes: Any) -> str:
    facts = Facts.model_validate(status(case, now))
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [],
            "session": {"company_id": "C1"},
            "query_string": b"",
        }
    )
    values = {
        "facts": facts,
        "company": builders.company(),
        "today": bogota_date(now),
        "steps": steps(facts),
        "tasks": tasks(facts),
        "go_on": go_on(facts),
        "means": MEANS,
        "chosen": "",
        "errors": (),
        "refused": None,
        "values": dict.fromkeys(FIELDS, ""),
        "documents": DOCUMENTS,
        "consent": {"text": text_of(builders.lender()), "version": TEXT_VERSION},
        "download": False,
        "warnings": (),
        "converted": None,
        "upload_bytes": DEFAULT_INTAKE_BYTES,
        "rejected": None,
        "timeline": lines(facts),
        "test_set_url": None,
    }
    return bytes(PAGES.page(request, template, values | changes).body).decode()


SHOWN = [
    (template, state)
    for template, (state, (case, _)) in itertools.product(TEMPLATES, STAGES.items())
    if template != "letter.html" or case.letter.issued is not None
]


@pytest.mark.parametrize(("template", "state"), SHOWN)
def test_a_page_renders_in_every_state_and_offers_to_buy_only_what_is_on_sale(template: str, state: str) -> None:
    case, now = STAGES[state]
    text = rendered(template, case, now)
    assert "None" not in text
    offered = Facts.model_validate(status(case, now)).payment.purchase_offered
    if template not in {"payment_pending.html", "purchase.html"}:
        assert offered or 'href="/comprar"' not in text


@pytest.mark.parametrize("state", STAGES)
def test_the_way_on_leads_to_a_page_that_has_something_to_do(state: str) -> None:
    case, now = STAGES[state]
    facts = Facts.model_validate(status(case, now))
    page = {"/carta": "letter.html", "/pago": "payment.html", "/siguiente": "next.html", "/estado": "status.html"}
    text = rendered(page[go_on(facts)], case, now)
    assert "<form" in text.partition("<main")[2] or "button" in text.partition("<main")[2]


@pytest.mark.parametrize("state", STAGES)
def test_a_receipt_is_made_in_every_state_the_same_each_time(state: str) -> None:
    case, now = STAGES[state]
    receipt = receipt_of(Facts.model_validate(status(case, now)), builders.company(), "Contable Ejemplo S.A.S.", now)
    first = render_receipt(receipt)
    assert first.startswith(b"%PDF-")
    assert first == render_receipt(receipt)


@pytest.mark.parametrize(
    ("completed", "words"),
    [
        ((), ["En tu producto contable", "En curso", *["Sin empezar"] * 4]),
        ((1,), ["Listo", "En curso", *["Sin empezar"] * 4]),
        ((2,), ["En tu producto contable", "Listo", "En tu producto contable", *["Sin empezar"] * 3]),
        ((1, 2, 3), ["Listo", "Listo", "Listo", "En tu producto contable", "Sin empezar", "Sin empezar"]),
        (
            (2, 5),
            ["En tu producto contable", "Listo", "En tu producto contable", "Sin empezar", "Listo", "Sin empezar"],
        ),
        ((1, 2, 3, 4, 5, 6), ["Listo"] * 6),
    ],
)
def test_of_a_step_that_is_not_done_here_the_page_says_no_more_than_it_was_told(
    completed: tuple[int, ...], words: list[str]
) -> None:
    case, now = STAGES["new"]
    case = case.evolve(steps=completed)
    found = steps(Facts.model_validate(status(case, now)))
    assert [each.state.value for each in found] == words
    page = rendered("home.html", case, now)
    assert ("Los seis pasos están listos" in page) is (len(completed) == 6)
    assert ("Vas en el paso 2 de 6" in page) is (2 not in completed)


def test_a_task_that_waits_for_a_person_says_so() -> None:
    facts = Facts.model_validate(status(*STAGES["under review"]))
    assert [task.state for task in tasks(facts)][2] is TaskState.WAITING


@pytest.mark.parametrize(
    ("size", "said"), [(1_048_576, "1 MB"), (1_048_577, "1,1 MB"), (1_500_000, "1,5 MB"), (50_000, "0,1 MB")]
)
def test_a_size_is_never_rounded_down_to_the_limit(size: int, said: str) -> None:
    assert megabytes(size) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24 00:05", "24 de noviembre de 2026, 12:05\u00a0a.\u00a0m."),
        ("2026-11-24 12:00", "24 de noviembre de 2026, 12:00\u00a0p.\u00a0m."),
        ("2026-12-03 15:30", "3 de diciembre de 2026, 3:30\u00a0p.\u00a0m."),
    ],
)
def test_an_instant_is_read_in_bogota(at: str, said: str) -> None:
    assert moment(bogota(at)) == said


def test_the_files_made_by_others_are_the_ones_that_were_copied() -> None:
    folder = STATIC / "vendor"
    rows = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (folder / "SOURCES.md").read_text(), re.MULTILINE)
    assert {path.name for path in folder.iterdir() if path.suffix in {".js", ".css", ".woff2"}} == {n for n, _ in rows}
    for name, sha256 in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name
