"""The case that a run hands to the next one, made short: it lies in two histories, in one of them for months.

Deflate with a dictionary that both sides know, so that the names of fields, the usual settings and what happens to
every case cost next to nothing, while the packed form still says everything: a later default changes none of it.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

FORM: Final = "deflated_1"
"""What names the packed form. Another dictionary is another form, and this one is read as long as a case has it."""
MOST_BYTES: Final = 4_000_000
"""Of an unpacked case: twice what Temporal takes in one payload."""
DICTIONARY: Final = (
    '"webhooks":{"on":true,"known":["evt_"],"deliveries":[["evt_","loan.started","delivered",1,'
    '"webhook_given_up","webhook_requested","attention":[{"kind":"failing","subject":"mail ","since":"'
    '","text":"","code":"job_failing","values":{"job":"mail ","error":"'
    '"rejected":[{"name":"","at":"","reason":"","code":"","values":{"field":"}}],"rejected_count":,"repeated_count":'
    '"earlier":{"events":[],"kept":,"lost":"payment_keys":"closing":"holidays":"refused_mails":[{"kind":"tell","notice":"'
    '"queue":[{"job":{"kind":"tell","notice":"","key":"","amount_cop":null,"reasons":[],"rest":0},"failures":0,'
    '"not_before":null,"number":"steps":[1,2,3,4,5,6],"requests":[{"number":,"observations":"","opened_on":"'
    '"outdated":true,"earlier_folios":["reasons":[{"code":"","message":""}],"withdrawn":true,"superseded":true,'
    '"muted_until":"","failures":,"retry_at":"","sent_on":"review_due_at":"review_told_until":"notices_requested":'
    '"paid_at":"","method":"","fingerprint_sha256":"","issuer":"","insufficient","unexpected","letter_rejected",'
    '"letter_under_review","letter_deleted","loan_resumed","loan_expired","loan_revoked","payment_insufficient",'
    '"payment_unexpected","payment_settled","certificate_corrected","certificate_withdrawn","certificate_rejected",'
    '"certificate_expired","reminders_muted","company_updated","activation_reopened","notice_requested","step_completed",'
    '"support:","muted","refused","bought","superseded","expired","revoked","under_review","rejected",'
    '{"policy":{"loan_days":30,"loan_reminder_days":[15,7,3,1,0,-1],"certificate_reminder_days":[60,30,15,7,1,0],'
    '"price_cop":250000,"iva_percent":19,"validity_days":365,"upload_limit_bytes":1048576,'
    '"issuance_lead_business_days":8,"safety_margin_business_days":2,"renewal_window_days":60,'
    '"review_business_hours":18,"step_names":["Perfil de la organización","Activa tu certificado digital",'
    '"Realiza tu set de pruebas","Sincroniza tu resolución de facturación",'
    '"Configura tu factura de venta electrónica","Elabora tu factura electrónica"],"extra_holidays":[],'
    '"cancelled_holidays":[]},"representative_sha256":"","track":{"payments":[{"reference":"FV-","amount_cop":297500,'
    '"standing":"confirmed","recorded_at":"202"}],"requests_made":1,"certificates":[{"serial":"","valid_from":"202",'
    '"valid_until":"202","fulfilled":1}]},"loan":{"upload_id":"","starts_on":"202","ends_on":"202",'
    '"last_safe_purchase_on":"202","ending":"replaced","ended_on":"202"},"letter":{"issued":{"number":1,"folio":"AC-",'
    '"sha256":"","issued_at":"202"},"numbers_used":1,"versions":[{"upload_id":"","folio":"AC-","verdict":"accepted",'
    '"received_at":"202","sha256":""}]},"reminders":{"subject":"certificate","ends_on":"202","planned":[[60,"202'
    ':00Z"],[30,":00Z"],[15,":00Z"],[7,":00Z"],[1,":00Z"],[0,":00Z"]],"record":[["loan",15,"sent","'
    '"],["loan",7,"sent","Z"],["loan",3,"sent","Z"],["loan",1,"sent","]]},"jobs_made":5,"seen":["upload:","payment:",'
    '"certificate:"],"timeline":[["202Z","activa","activation_started"],["202Z","activa","letter_issued",null,["AC-"]],'
    '["202Z","representative","letter_accepted",null,["AC-"]],["202Z","activa","loan_started"],'
    '["202Z","activa","notice_sent",null,["loan_started"]],["202Z","activa","reminder_sent",null,["loan",15]],'
    '["202Z","billing","payment_confirmed",null,["FV-"]],["202Z","activa","notice_sent",null,["payment_received"]],'
    '["202Z","billing","certificate_issued",null,["202","202"]],["202Z","activa","loan_replaced"],'
    '["202Z","activa","notice_sent",null,["certificate_active"]]],"rules":3}'
).encode()
"""Frozen: what was packed with it is not read with another."""


def packed(case: Mapping[str, Any]) -> dict[str, str]:
    """Return a case in its stored form as one short text."""
    text = json.dumps(case, ensure_ascii=False, separators=(",", ":")).encode()
    deflate = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS, zdict=DICTIONARY)
    return {FORM: base64.b85encode(deflate.compress(text) + deflate.flush()).decode()}


def unpacked(carried: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored form of a case that was handed over packed, or as earlier releases do.

    Raises ValueError or zlib.error where it is neither.
    """
    if FORM not in carried:
        return dict(carried)
    inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=DICTIONARY)
    text = inflate.decompress(base64.b85decode(carried[FORM]), MOST_BYTES)
    case: dict[str, Any] = json.loads(text)
    return case
