"""The picture of the rooms: made from the imports, never older than they are, never with a circle between folders."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.rooms import BEGIN, END, PICTURE, ROOT, measure, needed

ARCHITECTURE = f"# Architecture\n\nBy hand, above.\n\n{BEGIN}\n{END}\n\nBy hand, below.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with the command in it: a shop with two rooms, a till beside it, and what starts both."""
    put(tmp_path, "scripts/rooms.py", (ROOT / "scripts" / "rooms.py").read_text(encoding="utf-8"))
    put(tmp_path, "docs/architecture.md", ARCHITECTURE)
    put(
        tmp_path,
        "shop/__init__.py",
        '"""What is sold."""\n\nfrom shop.sales.offer import Offer\n',
    )
    put(tmp_path, "shop/price.py", "PRICE = 1\n")
    put(tmp_path, "shop/goods/__init__.py", '"""The goods.\n\nAnd more than one line of it.\n"""\n')
    put(tmp_path, "shop/goods/shelf.py", "from shop.price import PRICE\n")
    put(tmp_path, "shop/sales/__init__.py", '"""Offers | sales."""\n')
    put(
        tmp_path,
        "shop/sales/offer.py",
        "from shop.goods import shelf\n\n\nclass Offer:\n    def price(self):\n        from shop.price import PRICE\n",
    )
    put(tmp_path, "till/__init__.py", '"""Takes the money."""\n')
    put(tmp_path, "till/drawer.py", "import json\n\nfrom shop import Offer\n")
    put(tmp_path, "start.py", '"""Opens the shop."""\n\nimport shop.price\nfrom till import drawer\n')
    put(tmp_path, "tests/__init__.py", "import start\n")
    return tmp_path


def put(project: Path, place: str, text: str) -> None:
    (project / place).parent.mkdir(parents=True, exist_ok=True)
    (project / place).write_text(text, encoding="utf-8")


def rooms(project: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "scripts/rooms.py", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


def drawn(project: Path) -> str:
    return (project / PICTURE).read_text(encoding="utf-8")


def test_the_projects_own_picture_is_of_today_and_without_a_circle() -> None:
    assert rooms(ROOT, "--check") == (0, "")


def test_every_room_has_a_row_with_what_it_says_of_itself_and_all_it_imports(project: Path) -> None:
    assert rooms(project) == (0, "")
    assert [line for line in drawn(project).splitlines() if line.startswith("| `")] == [
        "| `shop` | What is sold. | 1 | nothing of the others |",
        "| `shop/__init__.py` | What the others import from `shop` itself. | 1 | `shop/sales` |",
        "| `shop/goods` | The goods. | 1 | `shop` |",
        "| `shop/sales` | Offers \\| sales. | 1 | `shop`, `shop/goods` |",
        "| `start.py` | Opens the shop. | 1 | `shop`, `till` |",
        "| `till` | Takes the money. | 1 | `shop/__init__.py` |",
    ]


def test_a_diagram_shows_all_rooms_and_another_the_inside_of_each_folder_with_rooms(project: Path) -> None:
    rooms(project)
    everything, inside = (part.partition("```")[0] for part in drawn(project).split("```mermaid\n")[1:])
    arrows = [[line.strip() for line in part.splitlines() if "-->" in line] for part in (everything, inside)]
    assert arrows[0] == ["start_py --> till", "till --> shop"]
    assert arrows[1] == ["shop_init_py --> shop_sales", "shop_goods --> shop", "shop_sales --> shop_goods"]
    assert 'shop["shop<br/>4 modules"]' in everything
    assert 'shop["shop/*.py<br/>1 module"]' in inside


def test_what_is_written_by_hand_around_the_picture_stays_and_drawing_again_changes_nothing(project: Path) -> None:
    rooms(project)
    first = drawn(project)
    assert first.startswith(ARCHITECTURE.partition(BEGIN)[0])
    assert first.endswith(ARCHITECTURE.partition(END)[2])
    assert rooms(project) == (0, "")
    assert drawn(project) == first
    assert rooms(project, "--check") == (0, "")


def test_a_picture_older_than_an_import_is_refused_with_the_command_and_what_differs(project: Path) -> None:
    rooms(project)
    before = drawn(project)
    put(project, "till/drawer.py", "from shop.price import PRICE\n")
    status, said = rooms(project, "--check")
    assert status == 1
    assert "docs/architecture.md does not show the imports of today; run `make rooms` and commit it" in said
    assert "-| `till` | Takes the money. | 1 | `shop/__init__.py` |" in said
    assert "+| `till` | Takes the money. | 1 | `shop` |" in said
    assert drawn(project) == before


@pytest.mark.parametrize(
    ("place", "text", "named"),
    [
        pytest.param(
            "shop/goods/label.py",
            "import shop.sales.offer\n",
            [
                "shop/goods → shop/sales: shop.goods.label imports shop.sales.offer",
                "shop/sales → shop/goods: shop.sales.offer imports shop.goods.shelf",
            ],
            id="two rooms",
        ),
        pytest.param(
            "shop/vat.py",
            "def vat():\n    from shop.goods import shelf\n",
            [
                "shop → shop/goods: shop.vat imports shop.goods.shelf",
                "shop/goods → shop: shop.goods.shelf imports shop.price",
            ],
            id="a room and a module beside it, though no two modules import each other",
        ),
        pytest.param(
            "shop/price.py",
            "import till.drawer\n",
            ["shop → till: shop.price imports till.drawer", "till → shop: till.drawer imports shop"],
            id="two folders at the top",
        ),
        pytest.param(
            "shop/goods/label.py",
            "from shop import Offer\n",
            ["shop/goods → shop/__init__.py: shop.goods.label imports shop"],
            id="a room and what opens its folder to others",
        ),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["--check"]], ids=["drawn", "checked"])
def test_a_circle_between_folders_is_refused_by_the_imports_that_make_it(
    project: Path, place: str, text: str, named: list[str], arguments: list[str]
) -> None:
    rooms(project)
    before = drawn(project)
    put(project, place, text)
    status, said = rooms(project, *arguments)
    assert status == 1
    assert "rooms: a circle: " in said
    assert [arrow for arrow in named if arrow not in said] == []
    assert drawn(project) == before


def test_a_document_without_the_two_marks_is_left_as_it_is(project: Path) -> None:
    put(project, "docs/architecture.md", "# Architecture\n")
    status, said = rooms(project)
    assert (status, drawn(project)) == (1, "# Architecture\n")
    assert BEGIN in said


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    arrows = {"a": {"b": [], "c": [], "d": []}, "b": {"c": []}, "c": {"d": []}}
    assert list(needed(arrows)) == [("a", "b"), ("b", "c"), ("c", "d")]


def test_what_puts_rooms_together_is_measured_too() -> None:
    tree = measure(ROOT)
    assert ("worker", "letters") in tree.imports
    assert ("settings", "domain.case.policy") in tree.imports
    assert ("portal.app", "settings") in tree.imports


def test_every_place_that_the_architecture_sends_a_stranger_to_exists() -> None:
    text = (ROOT / PICTURE).read_text(encoding="utf-8")
    assert [path for path in re.findall(r"`([\w/]+\.py)`", text) if not (ROOT / path).is_file()] == []
    table = text.partition("## Where is ...?")[2].partition("\n## ")[0]
    places = re.findall(r"`([\w/]+\.py)`(?:: (`\w+`(?:, `\w+`)*))?", table)
    missing = [
        (path, name)
        for path, names in places
        for name in re.findall(r"\w+", names)
        if not re.search(
            rf"^ *(?:(?:(?:async )?def|class) )?{name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    assert len(places) > 15
    assert missing == []
