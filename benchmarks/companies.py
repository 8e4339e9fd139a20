"""Companies that nobody has, as many as are wanted, with names as real ones have; and what people type to find them."""

import random
from collections.abc import Iterator
from typing import Final

from stdnum.co import nit

from domain.profiles.company import Company
from stack.life import COMPANY


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_KINDS: Final = _words(
    "Panadería Ferretería Comercializadora Distribuidora Inversiones Constructora Transportes Servicios Soluciones "
    "Agropecuaria Droguería Restaurante Tecnología Consultores Ingeniería Confecciones Papelería Muebles Variedades "
    "Tienda Calzado Peluquería Lavandería Cafetería Óptica Clínica Fundación Colegio Grupo Industrias"
)
_GIVEN: Final = _words(
    "María José Luis Carlos Ana Andrés Juan Pedro Diana Camila Sofía Valentina Jorge Óscar Fernando Gloria Luz Martha "
    "Ángela Iván Hernán Édgar Wilson Yolanda Nubia Blanca Rubén Julián Mónica Adriana Germán Álvaro Estella Ximena"
)
_SURNAMES: Final = _words(
    "González Rodríguez Gómez López Martínez García Pérez Sánchez Ramírez Torres Ñáñez Güiza Jiménez Díaz Moreno Rojas "
    "Vargas Castro Ortiz Suárez Muñoz Peña Echeverri Zuluaga Arboleda Quintero Bedoya Cárdenas Acevedo Bermúdez Ospina "
    "Restrepo Londoño Cifuentes Villamizar Pulgarín Hurtado Cuéllar Tabares Yepes Usuga Wilches Naranjo Marín Lozano"
)
_SYLLABLES: Final = _words("ba ce di fo gu la me ni po ru sa te vi zo mar lin tor ques bran cho ña xi ju hel dra")
_ENDINGS: Final = ("S.A.S.", "Ltda.", "S.A.", "E.U.")
_COMMON: Final = ("sas", "comercializadora", "maria", "variedades", "el", "de", "lopez", "901")


def companies(number: int) -> Iterator[Company]:
    """Yield so many companies, the same ones each time."""
    drawn = random.Random(number)  # noqa: S311  # nothing is guarded by it
    for each in range(number):
        digits = str(800_000_000 + each * 331)
        yield COMPANY.model_copy(
            update={
                "company_id": f"E{each:07d}",
                "legal_name": _name(drawn),
                "nit": f"{digits}-{nit.calc_check_digit(digits)}",
            }
        )


def searches(number: int, wanted: int) -> list[str]:
    """Return what so many searches among so many companies are for: names, misspelt ones, NITs, ids, common words."""
    drawn = random.Random(wanted)  # noqa: S311  # as above
    known = [each for each in companies(number) if drawn.random() < min(1, 20 * wanted / number)]
    return [_typed(drawn, drawn.choice(known)) for _ in range(wanted)]


def _name(drawn: random.Random) -> str:
    if drawn.random() < 0.4:
        return " ".join(map(drawn.choice, (_GIVEN, _GIVEN, _SURNAMES, _SURNAMES)))
    coined = "".join(drawn.choice(_SYLLABLES) for _ in range(drawn.randint(2, 4))).capitalize()
    middle = drawn.choice((coined, f"{coined} {drawn.choice(_SURNAMES)}", f"El {coined}", f"{coined} & Cía."))
    return f"{drawn.choice(_KINDS)} {middle} {drawn.choice(_ENDINGS)}"


def _typed(drawn: random.Random, meant: Company) -> str:
    words = meant.legal_name.split()
    digits = meant.nit.partition("-")[0]
    return drawn.choice(
        (
            meant.legal_name,
            " ".join(drawn.sample(words, 2)).lower(),
            max(words, key=len)[1:],
            _misspelt(drawn, meant.legal_name),
            _misspelt(drawn, max(words, key=len)),
            meant.nit,
            f"{int(digits):,}".replace(",", "."),
            digits[:6],
            meant.company_id[:5],
            drawn.choice(_COMMON),
        )
    )


def _misspelt(drawn: random.Random, text: str) -> str:
    place = drawn.randrange(1, len(text))
    return drawn.choice((text[:place] + text[place + 1 :], text[:place] + "s" + text[place + 1 :]))
