"""Companies found by what people know of them, alike in both databases."""

import stat
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.directory import search
from adapters.directory.companies import Companies, Stored
from adapters.directory.opening import opened
from adapters.directory.tables import STATE, DirectoryFileError, writing
from domain.errors import DirectoryUnavailableError
from stack.probes import LOOPBACK, free_port
from tests.support import builders

NAMES = {
    "C1": ("Panadería Ñáñez & Güiza S.A.S.", "900373115-3"),
    "C2": ("Ferretería El Tornillo Ltda.", "900156264-2"),
    "OTHER-3": ("Zapatos Ñoño", "800197268-4"),
    "C4": ('ÁNGELA GONZÁLEZ % "la 13"', "860034313-7"),
}


def stored(company_id: str, legal_name: str, nit: str = "900373115-3", version: str = "1") -> Stored:
    return Stored(builders.company(company_id=company_id, legal_name=legal_name, nit=nit), version)


@pytest.fixture
def filled(table: Companies) -> Companies:
    table.put([stored(company_id, *fields) for company_id, fields in NAMES.items()])
    return table


def ids(table: Companies, text: str) -> list[str]:
    return [each.company_id for each in table.search(text).companies]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("panaderia", ["C1"], id="without accents"),
        pytest.param("GUIZA panad", ["C1"], id="words in any order"),
        pytest.param("ñoño", ["OTHER-3"], id="with a tilde"),
        pytest.param("900156264", ["C2"], id="NIT without its check digit"),
        pytest.param("900.156.264-2", ["C2"], id="NIT with points"),
        pytest.param("9001562642", ["C2"], id="NIT in one piece"),
        pytest.param("NIT: 900,156,264–2", ["C2"], id="NIT said to be one, with commas and another dash"),
        pytest.param("other-3", ["OTHER-3"], id="company id"),
        pytest.param("s.a.s.", ["C1"], id="abbreviation with points"),
        pytest.param("rnil", ["C2"], id="any part of a name"),
        pytest.param("z", ["C4", "C1", "OTHER-3"], id="one letter, by name"),
        pytest.param("el 26", ["C2"], id="short words alone"),
        pytest.param("el tornillo", ["C2"], id="a short word beside another"),
        pytest.param('"la 13"', ["C4"], id="quotes"),
        pytest.param("%", ["C4"], id="a sign that means anything to a database"),
        pytest.param("_", [], id="a sign that means any letter"),
        pytest.param("", ["C4", "C2", "C1", "OTHER-3"], id="nothing: all of them, by name"),
        pytest.param("nobody", [], id="nobody"),
    ],
)
def test_a_company_is_found_by(filled: Companies, text: str, found: list[str]) -> None:
    answer = filled.search(text)

    assert ([each.company_id for each in answer.companies], answer.near) == (found, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("gonsales angela", ["C4"], id="one word of two"),
        pytest.param("ferretria tornilo", ["C2"], id="both words"),
        pytest.param("guisa", ["C1"], id="a short word"),
        pytest.param("900156265", [], id="no other number than the one typed"),
    ],
)
def test_a_misspelt_company_is_found_and_said_to_be_only_close(filled: Companies, text: str, found: list[str]) -> None:
    answer = filled.search(text)

    assert ([each.company_id for each in answer.companies], answer.near) == (found, bool(found))


@pytest.fixture(params=[search.FEW, 3], ids=["few", "many"])
def either_way(request: pytest.FixtureRequest) -> Iterator[int]:
    """Below three hits are looked up and sorted, above they are met on the way through the names: both must agree."""
    before, search.FEW = search.FEW, request.param
    yield request.param
    search.FEW = before


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("text", ["tienda", "tiemda", "", "ti"])
def test_pages_follow_each_other_by_name_without_gap_or_repeat(table: Companies, text: str) -> None:
    names = {f"C{number}": f"Tienda {number * 7 % 60:02d}" for number in range(120)}
    table.put([stored(company_id, name) for company_id, name in names.items()])

    page, met = table.search(text), []
    while True:
        met += [each.company_id for each in page.companies]
        if not page.more:
            break
        page = table.search(text, met[-1], near=page.near)

    assert met == sorted(names, key=lambda each: (names[each], each))


def test_a_page_after_a_company_that_is_gone_begins_anew(filled: Companies) -> None:
    assert len(filled.search("", "C99").companies) == len(NAMES)


def test_a_company_that_got_another_name_is_found_by_that_alone(filled: Companies) -> None:
    filled.put([stored("C2", "Clavos y Puntillas", "900156264-2", "2")])

    assert (ids(filled, "clavos"), ids(filled, "puntilas"), ids(filled, "tornillo"), ids(filled, "tornilo")) == (
        ["C2"],
        ["C2"],
        [],
        [],
    )
    assert filled.versions(["C1", "C2", "C9"]) == {"C1": "1", "C2": "2"}
    assert filled.names(["C2", "C9"]) == {"C2": "Clavos y Puntillas"}


def test_a_company_that_is_forgotten_is_found_by_nothing_nor_are_the_words_that_were_its_own(filled: Companies) -> None:
    filled.put([stored("C5", "Panadería Zubizarreta")])

    assert (filled.forget(["C5"]), filled.forget(["C5"])) == (1, 0)
    assert (ids(filled, "zubizarreta"), ids(filled, "zubisarreta"), ids(filled, "C5")) == ([], [], [])
    assert ids(filled, "panadera") == ["C1"]


def test_nothing_of_a_forgotten_company_stays_in_the_file(tmp_path: Path) -> None:
    table = opened(tmp_path / "directory.sqlite3", None)
    table.put([stored(f"C{number}", f"Tienda {number}") for number in range(300)])
    table.put([stored("SECRET-7", "Zubizarreta Quiñones", "800197268-4")])
    remains = (b"zubizarreta", b"Zubizarreta", b"SECRET-7", b"800197268")
    before = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    table.forget(["SECRET-7"])

    after = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert ([each in before for each in remains], [each in after for each in remains]) == ([True] * 4, [False] * 4)
    table.close()


def test_the_file_is_its_owners_alone_wherever_it_lies(tmp_path: Path) -> None:
    place = tmp_path / "new" / "directory.sqlite3"
    table = opened(place, None)
    table.put([stored("C1", "Tienda")])

    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in place.parent.iterdir()} == {
        path.name: 0 for path in place.parent.iterdir()
    }
    assert place.with_name("directory.sqlite3-wal").exists()
    table.close()


def test_where_no_file_can_be_the_message_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DirectoryFileError, match="set ACTIVA_DIRECTORY__FILE or __URL"):
        opened(tmp_path / "file" / "directory.sqlite3", None)


def test_a_table_of_another_schema_is_made_anew(table: Companies) -> None:
    table.put([stored("C1", "Tienda")])
    with writing(table.engine) as connection:
        connection.execute(STATE.update().where(STATE.c.name == "schema"), {"value": "0"})
    again = Companies(table.engine)

    assert (again.search("").companies, again.followed_until()) == ((), None)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), max_size=30))
def test_whatever_is_typed_is_only_looked_for(filled: Companies, text: str) -> None:
    assert len(filled.search(text).companies) <= len(NAMES)


def test_a_failure_names_the_operation_and_nothing_of_the_company(table: Companies) -> None:
    company = stored("C1", "Zubizarreta")
    table.prepare()
    with table.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE directory_words"))

    with pytest.raises(DirectoryUnavailableError) as raised:
        table.put([company])

    told = "".join(traceback.format_exception(raised.value)) + str(raised.value)
    assert ("directory put: " in told, "Zubizarreta" in told, "zubizarreta" in told) == (True, False, False)


def test_a_database_that_is_not_there_is_unavailable_soon() -> None:
    table = opened(Path("unused"), f"postgresql://activa:a-secret@{LOOPBACK}:{free_port()}/activa")

    with pytest.raises(DirectoryUnavailableError) as raised:
        table.names(["C1"])

    assert "a-secret" not in "".join(traceback.format_exception(raised.value))
