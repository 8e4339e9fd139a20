"""The desk has a word for everything that a case can say."""

from domain.case.attention import AttentionKind
from domain.case.events import DeliveryOutcome
from domain.messages.models import SIGNALS
from domain.notices import NoticeKind
from domain.views.stage import Stage
from portal.cases.results import Made
from portal.desk import words
from portal.desk.actions import ACTIONS, NOTICES
from tests.support.portal.recorded import recorded


def test_every_stage_need_signal_mail_outcome_and_action_has_its_word() -> None:
    assert set(words.STAGES) == set(Stage)
    assert set(words.FUNNEL) == set(Stage) - {Stage.CLOSED}
    assert set(words.ATTENTION) == set(AttentionKind)
    assert set(words.SIGNALS) == set(SIGNALS)
    assert set(NOTICES) == set(NoticeKind)
    assert set(words.OUTCOMES) == set(DeliveryOutcome)
    assert set(words.MADE) == set(Made)
    assert recorded() <= set(words.ACTIONS)


def test_every_action_sends_a_signal_that_exists_and_a_wrong_one_leads_to_it() -> None:
    assert {action.signal for action in ACTIONS.values()} <= set(SIGNALS)
    assert {key for _, key in words.SIGNALS.values() if key is not None} <= set(ACTIONS)
    assert all(any(field.name == "reason" for field in action.fields) for action in ACTIONS.values())
