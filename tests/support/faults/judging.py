"""After a run: what the model says of each company, what its case says, and what reached people."""

import asyncio
import email
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses

from activities.sent_once import Marker, State
from domain.bucket import first_acceptance_key
from domain.calendar import BOGOTA
from tests.support.faults.histories import Told, told
from tests.support.faults.lives import Life
from tests.support.faults.model import Model, Outcome
from tests.support.faults.stand import Stand
from tests.support.receiver import Receiver
from tests.support.world import Json, World

HARMLESS = ("UNHANDLED_COMMAND", "FORCE_CLOSE_COMMAND", "RESET_WORKFLOW")
STANDS_STILL = {"to try again", "failing"}


@dataclass
class Verdicts:
    """What was found over all companies."""

    companies: int = 0
    messages: int = 0
    mails: int = 0
    mails_twice: int = 0
    """Within the rule: a second attempt after one that broke off."""
    uncertain: int = 0
    events: int = 0
    events_twice: int = 0
    loans: int = 0
    runs: int = 0
    failed_by_older: Counter[str] = field(default_factory=Counter)
    """Why tasks failed on the worker of another version, and how often."""
    failed: Counter[str] = field(default_factory=Counter)
    """The same on all other workers."""
    doubled: int = 0
    """Mails that arrived more often than the rule allows."""
    wedged: int = 0
    """How often at the end something still waits to be tried again, or a step still fails."""
    wrong: list[str] = field(default_factory=list)


async def judge(made: Stand, lives: list[Life]) -> Verdicts:
    """Compare every company with the model, every mail with its marker, every event with what was received."""
    world = made.world
    found = Verdicts()
    mails = await asyncio.to_thread(_mails, world)
    for life in lives:
        history, facts = await told(world.client, life.company_id), await _facts(life)
        differences = await _compared(life, history, facts)
        found.wedged += len(STANDS_STILL & differences.keys())
        wrong = [*differences.values(), *_mails_of(life, mails, facts, found)]
        wrong += _events_of(life, made.receiver, facts, found)
        found.wrong += [f"{life.company_id}: {each}" for each in wrong]
        found.companies += 1
        found.runs += history.runs
        found.messages += sum(each.kind != "result" for each in history.messages)
        found.loans += facts["loan"] is not None
        for task in history.failed_tasks:
            if not task.why.startswith(HARMLESS):
                by_older = made.older is not None and task.process in map(str, made.older.groups)
                (found.failed_by_older if by_older else found.failed)[task.why] += 1
    return found


async def _facts(life: Life) -> Json:
    if (await life.case.handle.describe()).close_time is not None:
        result: Json = await life.case.handle.result()
        return result
    return await life.case.status()


async def _compared(life: Life, history: Told, facts: Json) -> dict[str, str]:
    """Return what differs from the model, each with what both say."""
    model = Model(life.verdicts)
    first = await asyncio.to_thread(life.world.objects.get, first_acceptance_key(life.company_id))
    if first is not None:
        received = datetime.fromisoformat(json.loads(first.data)["received_at"])
        model.evidence = received.astimezone(BOGOTA).date()
    for message in history.messages:
        model.take(message)
    model.advance(history.last_task)
    expected, seen = _expected(model), _seen(facts)
    return {
        name: f"{name}: model {expected[name]!r}, case {seen[name]!r}"
        for name in expected
        if expected[name] != seen[name]
    }


def _expected(model: Model) -> Json:
    lent = model.loan is not None
    return {
        "payments": model.payments,
        "certificates": {name: (str(each.first), str(each.last)) for name, each in model.own.items()},
        "steps": sorted(model.steps),
        "muted": model.muted_until,
        "versions": model.uploads,
        "attached": model.attached,
        "loan": model.loan,
        "loan starts": str(model.evidence) if lent else None,
        "evidence": lent,
        "entitlement": model.entitlement,
        "closed": model.closed,
        "rejected": model.counted[Outcome.REJECTED],
        "repeated": model.counted[Outcome.REPEATED],
        "to try again": [],
        "failing": [],
    } | ({} if not lent or model.evidence is not None else {"evidence": "missing"})


def _seen(facts: Json) -> Json:
    loan, letter = facts["loan"], facts["letter"]
    return {
        "payments": {e["reference"]: (e["amount_cop"], e["standing"]) for e in facts["payment"]["payments"]},
        "certificates": {
            each["serial"]: (each["valid_from"], each["valid_until"]) for each in facts["certificate"]["certificates"]
        },
        "steps": facts["steps"]["completed"],
        "muted": facts["reminders"]["muted_until"],
        "versions": {each["upload_id"]: each["verdict"] for each in letter["versions"]},
        "attached": letter["attached"],
        "loan": None if loan is None else loan["state"],
        "loan starts": None if loan is None else loan["starts_on"],
        "evidence": loan is not None,
        "entitlement": facts["entitlement"],
        "closed": facts["closing"] is not None,
        "rejected": facts["rejected_signals_count"],
        "repeated": facts["repeated_messages_count"],
        "to try again": facts["waiting_to_retry"],
        "failing": [each["subject"] for each in facts["attention"] if each["kind"] == "failing"],
    }


Arrived = tuple[str, str, str]
"""The Message-ID, the address and the file of a mail that arrived."""
Mails = dict[str, list[Arrived]]
"""By company and notice."""


def _mails(world: World) -> Mails:
    found: Mails = {}
    for path in sorted(world.mail_folder.glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes())
        for _, address in getaddresses([str(mail["To"])]):
            arrived = (str(mail["Message-ID"]), address, path.name[:24])
            found.setdefault(str(mail["X-Entity-Ref-ID"]), []).append(arrived)
    return found


def _mails_of(life: Life, mails: Mails, facts: Json, found: Verdicts) -> list[str]:
    """Return what is wrong with a company's mails: each arrived once, or twice where an attempt broke off."""
    wrong, left, skipped, gave_way = [], [], 0, 0
    markers = _markers(life)
    arrived = {ref.partition("/")[2]: all_of for ref, all_of in mails.items() if ref.startswith(f"{life.company_id}/")}
    for key in markers.keys() | arrived.keys():
        marker, times = markers.get(key), Counter(address for _, address, _ in arrived.get(key, []))
        found.mails += times.total()
        if marker is None:
            wrong.append(f"mail {key} arrived without a marker: {arrived[key]}")
            continue
        found.mails_twice += sum(each > 1 for each in times.values())
        found.uncertain += marker.state is State.UNCERTAIN
        if max(times.values(), default=0) > marker.attempt:
            found.doubled += 1
            wrong.append(f"mail {key} arrived too often: {arrived[key]}; {marker}")
        if marker.state is State.SENT and not times:
            wrong.append(f"mail {key} is marked as sent and did not arrive")
        if marker.state not in {State.SENT, State.UNCERTAIN} and not times:
            left.append(f"mail {key} was left {marker.state}")
            skipped += _is_skipped(key, facts)
            gave_way += _gave_way(key, arrived)
    said = Counter(each["action"] for each in facts["timeline"])
    untold = _untold(said, markers)
    if len(left) > said["notice_given_up"] + max(said["notice_dropped"], gave_way) + untold + skipped:
        wrong += left
    told_of = said["notice_sent"] + said["notice_uncertain"] + len(facts["reminders"]["sent"])
    broke_off = [key for key, marker in markers.items() if marker.state is State.CLAIMED and key in arrived]
    told_of += min(len(broke_off), said["notice_dropped"] + sum(_is_skipped(key, facts) for key in broke_off))
    if told_of + said["notice_given_up"] + untold < len(markers) - len(left):
        wrong.append(f"the case tells of {told_of} mails, the store of {sorted(markers)}: {said}")
    return wrong + [f"mail {key} is owed and has no marker" for key in _owed(facts) - markers.keys()]


def _untold(said: Counter[str], markers: Iterable[str]) -> int:
    """Return how many mails a case may not tell of: those about a certificate that gave way while they were owed."""
    gave_way = said["certificate_withdrawn"] or said["certificate_issued"] > 1
    return sum(key.startswith("certificate/") for key in markers) if gave_way else 0


def _gave_way(key: str, arrived: Iterable[str]) -> bool:
    """Tell whether a mail about a letter gave way to another of its kind, which an earlier worker does not tell of."""
    others = [each for each in arrived if each.startswith("letter/") and ("/review/" in each) == ("/review/" in key)]
    return key.startswith("letter/") and others != []


def _is_skipped(key: str, facts: Json) -> bool:
    """Tell whether the case says of a reminder, which was tried, that it was not sent after all."""
    kind, *rest = key.split("/")
    skipped = {(each["subject"], str(each["days"])) for each in facts["reminders"]["skipped"]}
    return kind == "reminder" and (rest[0], rest[-1]) in skipped


def _markers(life: Life) -> dict[str, Marker]:
    prefix, objects = f"notices/{life.company_id}/", life.world.objects
    stored = {key: objects.get(key) for key, _ in objects.list(prefix)}
    return {
        key.removeprefix(prefix).removesuffix(".json"): Marker.model_validate_json(each.data)
        for key, each in stored.items()
        if each is not None
    }


def _events_of(life: Life, receiver: Receiver, facts: Json, found: Verdicts) -> list[str]:
    """Return which events are told as delivered and were not received; one may come twice, under its own id."""
    # Whether its signature is fresh is not asked: that goes by the clock of a worker, which may be wrong.
    taken = Counter(headers["webhook-id"] for headers, _ in receiver.requests_of(life.company_id))
    found.events += len(taken)
    found.events_twice += sum(each > 1 for each in taken.values())
    delivered = {each["id"] for each in facts["webhooks"]["deliveries"] if each["outcome"] == "delivered"}
    lost = [f"event {each} is told as delivered and was not received" for each in delivered - taken.keys()]
    given_up = [each["id"] for each in facts["webhooks"]["deliveries"] if each["outcome"] != "delivered"]
    left = len(facts["webhooks"]["waiting"])
    if (given_up or left) and facts["closing"] is None:
        lost.append(f"events given up {given_up}, waiting {left}")
    return lost


def _owed(facts: Json) -> set[str]:
    """Return the mails that nothing that comes later makes untrue."""
    owed = set()
    if any(each["action"] == "loan_revoked" for each in facts["timeline"]):
        owed.add("loan/revoked")
    return owed
