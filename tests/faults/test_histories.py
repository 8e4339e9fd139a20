"""The order in which a history's messages are compared: that in which a task takes them."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from tests.support.faults.histories import Told, read


def test_a_task_takes_signals_and_updates_before_the_results_of_steps() -> None:
    ordered = HistoryEvent(event_id=1, event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    ordered.activity_task_scheduled_event_attributes.activity_type.name = "check_upload"
    result = HistoryEvent(event_id=2, event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
    result.activity_task_completed_event_attributes.scheduled_event_id = 1
    signal = HistoryEvent(event_id=3, event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
    signal.workflow_execution_signaled_event_attributes.signal_name = "payment_confirmed"
    began = HistoryEvent(event_id=4, event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
    ended = HistoryEvent(event_id=5, event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    update = HistoryEvent(event_id=6, event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
    update.workflow_execution_update_accepted_event_attributes.accepted_request.input.name = "attach_letter"
    found = Told()

    read([ordered, result, signal, began, ended, update], found)

    assert [each.name for each in found.messages] == ["payment_confirmed", "attach_letter", "check_upload"]
