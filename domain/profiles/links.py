"""Addresses within a name: a mail program makes a link of one, and the link then comes from us.

Whoever types a name and an address of mail decides what somebody else reads. So a form refuses a name in which a mail
program would find an address, and a mail is written so that it finds none, also in what was stored before.
The register has companies called `Café.com S.A.S.`; theirs is taken, and written harmlessly.
"""

import re
from typing import Final

_GENERIC: Final = (
    "com net org info biz edu gov mil int name pro mobi app dev xyz online site website store shop club live life fun "
    "click link bank finance money cash loan credit email zip mov page space tech cloud support help host press news "
    "blog vip work icu buzz cyou lat inc llc ltd group world today agency center company solutions systems services "
    "network chat me io ai tv cc ws"
)
_COUNTRIES: Final = (
    "ac ad ae af ag al am ao ar at au az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cf cg ch ci ck cl "
    "cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm "
    "gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky "
    "kz la lb lc li lk lr ls lt lu lv ly ma mc md mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng "
    "ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl "
    "sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tw tz ua ug uk us uy uz va vc ve vg vi vn "
    "vu wf ye yt za zm zw"
)
_WORDS: Final = "al de do es la no se si su"
"""Endings of countries that are words of Spanish too: `Urb.La Campiña`."""

_LABEL: Final = r"[^\W_](?:[\w-]*[^\W_])?"
_ENDING: Final = (
    rf"(?: (?: {'|'.join(_GENERIC.split())} | {'|'.join(set(_COUNTRIES.split()) - set(_WORDS.split()))} ) (?! \s+\d )"
    rf"  | (?: {'|'.join(_WORDS.split())} ) (?! \s+\w ) )"
)
"""Of an address; not so before a number, as in `Centro.Cl 5`."""
_DOMAIN: Final = re.compile(
    rf"(?<! [\w@.-] ) ((?: {_LABEL} \. )+ {_ENDING}) (?! \.?[\w@-] )", re.IGNORECASE | re.VERBOSE
)
_SURE: Final = re.compile(
    rf"""
      ://
    | \b (?: https? | ftp | mailto | javascript ) \s? :
    | \b www \d? \. \s? \w
    | [^\s@]+ @ (?: {_LABEL} \. )+ [^\W\d_]{{2,}}
    | (?: {_LABEL} \. )+ [^\W\d_]{{2,}} [/?:\#] \S                            # banco.co/entrar
    | (?<! [\d.] ) (?: (?: 25[0-5] | 2[0-4]\d | 1?\d?\d ) (?: \. (?! \D ) | (?! \.?\d ) ) ){{4}}  # 10.1.2.3
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BRAND: Final = re.compile(
    rf"{_LABEL} \. (?: (?: com | net | org | edu | gov ) \. co | {_ENDING} )", re.IGNORECASE | re.VERBOSE
)
_LEGAL_FORM: Final = re.compile(
    r"""\b (?: S \.?\s? A \.?\s? S | S \.?\s? A | LTDA | LIMITADA | E \.?\s? S \.?\s? P | E \.?\s? U | S \.?\s? EN \s? C
    | S \.?\s? C \.?\s? A | S \.?\s? C \.?\s? S | E \.?\s? S \.?\s? E | SOCIEDAD | SUCURSAL | FUNDACI[ÓO]N
    | CORPORACI[ÓO]N | ASOCIACI[ÓO]N | COOPERATIVA ) \b""",
    re.IGNORECASE | re.VERBOSE,
)

_BETWEEN_WORDS: Final = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_JOINTS: Final = (
    (re.compile(r"://"), ": // "),
    (re.compile(r"\b(https?|ftp|mailto|javascript|tel):(?=\S)", re.IGNORECASE), r"\1: "),
    (re.compile(r"(?<=\S)@(?=[\w-]+\.)"), " @ "),
    (re.compile(r"\b(www\d?)\.(?=\w)", re.IGNORECASE), r"\1. "),
    (re.compile(r"(?<=\d)\.(?=\d+\.\d+\.\d)"), ". "),
)


def has_address(text: str) -> bool:
    """Tell whether a mail program would find an address of the internet, or of mail, in a text."""
    return _SURE.search(text) is not None or _DOMAIN.search(text) is not None


def has_address_beside_its_name(text: str) -> bool:
    """Tell the same of a company's legal name: `Café.com` may be a part of it, where its legal form stands too."""
    if _SURE.search(text) is not None:
        return True
    found = [each[1] for each in _DOMAIN.finditer(text)]
    is_called_so = len(found) == 1 and _BRAND.fullmatch(found[0]) is not None and _LEGAL_FORM.search(text) is not None
    return bool(found) and not is_called_so


def harmless(text: str) -> str:
    """Return a name in which no mail program finds an address: a space stands after what would join one together.

    It is a plain space, which is seen: a sign of no width makes filters suspicious, and text that is copied differ.
    """
    for joint, apart in _JOINTS:
        text = joint.sub(apart, text)
    return " ".join(_BETWEEN_WORDS.sub(". ", text).split())
