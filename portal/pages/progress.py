"""Where the representative stands: the six steps, the four tasks of step 2, and the page to go on with."""

from dataclasses import dataclass
from enum import StrEnum

from domain.case.steps import LAST_STEP, THIS_STEP
from portal.cases.facts import Facts


class TaskState(StrEnum):
    """How far a task is, in the word that the page shows."""

    DONE = "Listo"
    CURRENT = "En curso"
    WAITING = "En revisión"
    NOT_YET = "Sin empezar"
    ELSEWHERE = "En tu producto contable"
    """It is the lender's product's, which has not said how far it is."""
    OPTIONAL = "No hace falta"


@dataclass(frozen=True)
class Task:
    """One line of a task list. `path` leads to its page, where it can be opened."""

    name: str
    state: TaskState
    path: str | None = None


def steps(facts: Facts) -> list[Task]:
    """Return the six steps of the enablement. Only step 2 is done here; of the others the case knows what it was told.

    The lender's product hands its user over at step 2, so step 1 is hardly not begun: what is not known is not said.
    """
    completed = facts.steps.completed
    reached = next((number for number in range(THIS_STEP, LAST_STEP + 1) if number not in completed), LAST_STEP)
    found = []
    for number, name in enumerate(facts.steps.names, start=1):
        if number in completed:
            state = TaskState.DONE
        elif number == THIS_STEP:
            state = TaskState.CURRENT
        else:
            state = TaskState.ELSEWHERE if number <= reached else TaskState.NOT_YET
        found.append(Task(name, state, go_on(facts) if number == THIS_STEP else None))
    return found


def tasks(facts: Facts) -> list[Task]:
    """Return what step 2 asks for: who has bought needs no letter, and who borrows need not buy yet."""
    letter = facts.letter
    attached = letter.attached is not None
    return [
        Task("Verificar el pago", _payment_state(facts), "/pago"),
        Task("Datos del representante legal", _letter_state(facts, done=letter.folio is not None), "/representante"),
        Task("Carta firmada", _signed_state(facts), "/carta" if letter.folio is not None else None),
        Task(
            "Continuar al set de pruebas",
            TaskState.DONE if facts.this_step_done else TaskState.CURRENT if facts.may_continue else TaskState.NOT_YET,
            "/carta" if attached else "/siguiente" if facts.payment.paid else None,
        ),
    ]


def go_on(facts: Facts) -> str:
    """Return the page where the representative goes on, on whatever device they come back."""
    if facts.this_step_done:
        return "/estado"
    if facts.letter.folio is not None and facts.loan_on_offer:
        return "/carta"
    return "/siguiente" if facts.payment.paid else "/pago"


def _payment_state(facts: Facts) -> TaskState:
    if facts.payment.paid:
        return TaskState.DONE
    return TaskState.OPTIONAL if facts.letter.folio is not None else TaskState.CURRENT


def _letter_state(facts: Facts, *, done: bool) -> TaskState:
    if done:
        return TaskState.DONE
    return TaskState.OPTIONAL if facts.payment.paid else TaskState.NOT_YET


def _signed_state(facts: Facts) -> TaskState:
    if facts.letter.attached is not None:
        return TaskState.DONE
    if facts.letter.under_review is not None:
        return TaskState.WAITING
    if facts.letter.folio is not None:
        return TaskState.CURRENT
    return TaskState.OPTIONAL if facts.payment.paid else TaskState.NOT_YET
