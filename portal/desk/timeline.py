"""What stands beside an event in the desk's timeline: a case's notes spelled out, a person's words as they are."""

from domain.views.timeline import TimelineEvent
from portal.cases.desk_facts import DeskFacts
from portal.words.notes import note


def beside(event: TimelineEvent, facts: DeskFacts) -> str | None:
    """Return an event's note for support; None where it has none."""
    if "codes" in event.values:
        sentences = {each.code: each.message for version in facts.letter.versions for each in version.reasons}
        codes = str(event.values["codes"]).split(", ")
        noted: str | None = " ".join(sentences.get(code, code) for code in codes)
    else:
        noted = note(event.action, event.values)
    return ": ".join(filter(None, (noted, event.given))) or event.reason
