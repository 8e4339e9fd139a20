"""What the README and the pages of docs/ say is what the product does: their examples, commands and tables."""

import importlib.util
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from adapters.activations import Started
from domain.case.attention import AttentionKind
from domain.case.events import EventType
from domain.contract import SEARCH_ATTRIBUTES, STATUS_QUERY, workflow_id
from domain.letter.content import LetterContent
from domain.messages.models import SIGNALS, UPDATES, Message
from domain.messages.parsing import JSON_ENCODING, Argument, parse
from domain.notices import NoticeKind
from domain.profiles.company import Company
from domain.profiles.representative import Representative
from domain.views.stage import Stage
from letters.__main__ import app as letters_commands
from letters.issuing.letter_file import SAMPLE_LENDER, read_letter_file
from settings import describe
from stack.process import ROOT
from stack.stack_settings import StackSettings, variable
from starter import app as starter_commands

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
README = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
"""All of them: whatever stands in one must not be said otherwise in another."""
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
FILES = dict(re.findall(r"^cat > (\S+) <<'JSON'\n(.*?)^JSON$", README, re.MULTILINE | re.DOTALL))
SENT = re.findall(
    r"^(?:temporal|tctl) workflow (signal|update execute) --workflow[-_]id (\S+) --name (\S+) \\\n\s+--input '([^']*)'",
    README,
    re.MULTILINE,
)
PROSE = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
QUOTED = "\n".join([*(text for _, text in BLOCKS), *re.findall(r"`([^`\n]+)`", PROSE)])


def table(first_heading: str) -> list[list[str]]:
    """Return the cells of the rows below a heading row, which begins with the heading given."""
    [rows] = re.findall(rf"^\| {first_heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]


def first_names(rows: Iterable[list[str]]) -> list[str]:
    return [row[0].strip("`") for row in rows]


def fields_said(cell: str) -> tuple[list[str], list[str]]:
    """Return the required and the optional fields that a cell of a table names."""
    required, _, optional = cell.partition("optional")
    return re.findall(r"`(\w+)`", required), re.findall(r"`(\w+)`", optional)


def fields_taken(model: type[Message]) -> tuple[list[str], list[str]]:
    fields = {name: field for name, field in model.model_fields.items() if name != "by"}
    required = [name for name, field in fields.items() if field.is_required()]
    return required, [name for name in fields if name not in required]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_every_file_of_the_examples_is_what_the_commands_take() -> None:
    assert set(FILES) == {"company.json", "representative.json", "letter.json"}
    assert workflow_id(Company.model_validate_json(FILES["company.json"]).company_id) == "activation-C1001"
    Representative.model_validate_json(FILES["representative.json"])
    assert isinstance(read_letter_file(json.loads(FILES["letter.json"]), SAMPLE_LENDER), LetterContent)


def test_every_answer_shown_is_one_json_object() -> None:
    answers = [json.loads(text) for language, text in BLOCKS if language == "json"]
    assert Started.model_validate(answers[0]).started
    assert all(isinstance(answer, dict) for answer in answers)


@pytest.mark.parametrize(("command", "workflow", "name", "text"), SENT)
def test_every_message_shown_is_taken(command: str, workflow: str, name: str, text: str) -> None:
    parse("signal" if command == "signal" else "update", name, [Argument(JSON_ENCODING, text.encode())])
    assert workflow == "activation-C1001"


def test_both_command_lines_of_support_are_shown() -> None:
    assert len(SENT) == README.count("workflow signal ") + README.count("workflow update execute ")
    assert "tctl workflow signal" in README
    assert set(re.findall(r"workflow query .*--name (\S+)", README)) == {STATUS_QUERY}


def test_the_tables_of_signals_and_updates_name_every_field() -> None:
    said = {name: fields_said(row[1]) for kind in ("signal", "update") for row in table(kind) for name in [row[0]]}
    taken = {f"`{name}`": fields_taken(model) for name, model in {**SIGNALS, **UPDATES}.items()}
    assert said == taken
    assert first_names(table("signal")) == list(SIGNALS)
    assert first_names(table("update")) == list(UPDATES)


def test_the_tables_of_words_are_complete() -> None:
    assert set(first_names(table("stage"))) == set(Stage)
    assert first_names(table("kind")) == list(AttentionKind)
    assert sorted(first_names(table("event"))) == sorted(EventType)
    [notices] = re.findall(r"^`notice` is one of (.*?);", README, re.MULTILINE)
    assert re.findall(r"`(\w+)`", notices) == list(NoticeKind)


def test_every_search_names_attributes_and_stages_that_exist() -> None:
    queries = re.findall(r'temporal workflow (?:list|count) --query "([^"]+)"', README)
    assert set(re.findall(r"ActivationStage = '(\w+)'", " ".join(queries))) <= set(Stage)
    assert set(re.findall(r"(\w+) (?:=|<) ", " ".join(queries))) <= {*SEARCH_ATTRIBUTES, "ExecutionStatus"}
    assert [name for name in SEARCH_ATTRIBUTES if f"`{name}`" not in README] == []


def test_the_settings_are_those_that_exist_with_their_defaults() -> None:
    rows = {
        f"{name}  {'required' if default == '**required**' else f'default: {default}'}"
        for name, default, _ in ([cell.strip("`") for cell in row] for row in table("variable"))
    }
    assert sorted(rows) == sorted(describe())


def test_the_local_stacks_ports_are_those_that_exist() -> None:
    stack = StackSettings.model_fields
    ports = {variable(name): str(field.default) for name, field in stack.items() if name.endswith("_port")}
    assert {row[2].strip("`"): row[1] for row in table("program")} == ports
    assert all(variable(name) in README for name in stack)


def test_every_command_named_exists() -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", QUOTED))
    assert targets <= make_targets()
    assert targets >= {"demo", "run", "test", "check", "bench", "bench-smoke", "histories"}
    starter = {each.name or each.callback.__name__ for each in starter_commands.registered_commands if each.callback}
    assert set(re.findall(r"python starter\.py ([a-z][a-z-]*)", QUOTED)) == starter
    letters = {each.name or each.callback.__name__ for each in letters_commands.registered_commands if each.callback}
    assert set(re.findall(r"-m letters ([a-z]+)", QUOTED)) == letters


def anchors(path: Path) -> set[str]:
    """Return where a link may lead within a page: each heading as GitHub names it."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_of_the_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    wrong = []
    for path in documents:
        for link in re.findall(r"\]\((?!http|mailto:)([^)]+)\)", path.read_text(encoding="utf-8")):
            place, _, anchor = link.partition("#")
            target = path.parent / place if place else path
            if not target.exists() or (anchor and anchor not in anchors(target)):
                wrong.append(f"{path.relative_to(ROOT)}: {link}")
    assert wrong == []


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"({path.name}" not in index] == ["index.md"]


def test_every_module_and_file_named_exists() -> None:
    modules = set(re.findall(r"python -m ([a-z_.]+)", QUOTED)) - {"compileall"}
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []
    named = re.findall(r"`((?:tests|adapters|workflows|domain|docs|stack)/[\w./-]+)`", README)
    assert [path for path in sorted(set(named)) if not (ROOT / path).exists()] == []


def names_of_tests() -> set[str]:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return set(re.findall(r"^(?:async def|def|class) (\w+)", code, re.MULTILINE))


def test_every_rule_of_a_case_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!rule|---)(.+?) \| (.+) \|$", page, re.MULTILINE)
    there = names_of_tests()
    wrong = {rule: tests for rule, tests in rows if not (found := set(re.findall(r"`(\w+)`", tests))) or found - there}
    assert rows
    assert wrong == {}


SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ANSWERS = re.findall(r"^\| (\d[^|]*) \| ([^|]+) \| ([^|]+) \|$", SECURITY.partition("\n## V1 ")[2], re.MULTILINE)
GAPS = ("**Not held", "**In part")
"""How a row begins whose requirement stands in the table of what is not held too."""
REASONS = (*GAPS, "Does not apply", "The lender", "A deployment", "Written down", "By the libraries")
"""How a row begins that need not name a test."""
FIRST_LAST = """
1.1 1-2, 1.2 1-9, 1.3 1-11, 1.4 1-3, 1.5 1-2, 2.1 1-3, 2.2 1-3, 2.3 1-4, 2.4 1-1, 3.2 1-2, 3.3 1-4, 3.4 1-6, 3.5 1-5,
3.7 1-2, 4.1 1-3, 4.2 1-1, 4.3 1-2, 4.4 1-4, 5.1 1-1, 5.2 1-3, 5.3 1-2, 5.4 1-3, 6.1 1-3, 6.2 1-12, 6.3 1-4, 6.4 1-4,
6.5 1-5, 6.6 1-3, 6.8 1-4, 7.1 1-3, 7.2 1-4, 7.3 1-2, 7.4 1-5, 7.5 1-2, 7.6 1-2, 8.1 1-2, 8.2 1-3, 8.3 1-1, 8.4 1-1,
9.1 1-3, 9.2 1-4, 10.3 1-4, 11.1 1-2, 11.2 1-3, 11.3 1-3, 11.4 1-4, 11.5 1-1, 11.6 1-1, 12.1 1-3, 12.2 1-2, 12.3 1-4,
13.1 1-1, 13.2 1-5, 13.3 1-2, 13.4 1-5, 14.1 1-2, 14.2 1-4, 14.3 1-3, 15.1 1-3, 15.2 1-3, 15.3 1-7, 16.1 1-1, 16.2 1-5,
16.3 1-4, 16.4 1-3, 16.5 1-3
"""
"""The requirements of levels 1 and 2 of each section of ASVS 5.0.0 that is not put aside as a whole."""


def requirements(text: str) -> list[str]:
    """Return the numbers that a cell begins with; `4.4.1–4.4.4` are four of them."""
    found = []
    for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:–\d+\.\d+\.(\d+))?", text):
        section, _, number = first.rpartition(".")
        found += [f"{section}.{each}" for each in range(int(number), int(last or number) + 1)]
    return found


def test_the_page_of_security_has_every_requirement_once() -> None:
    asked = [
        f"{section}.{number}"
        for section, first, last in re.findall(r"(\d+\.\d+) (\d+)-(\d+)", FIRST_LAST)
        for number in range(int(first), int(last) + 1)
    ]
    assert sorted(number for asks, _, _ in ANSWERS for number in requirements(asks)) == sorted(asked)


def test_the_page_of_security_gives_a_test_or_a_reason_for_each() -> None:
    assert set(re.findall(r"`(test_\w+)`", SECURITY)) - names_of_tests() == set()
    assert [asks for asks, how, tests in ANSWERS if "`" not in tests and not how.startswith(REASONS)] == []
    gaps = [number for asks, how, _ in ANSWERS if how.startswith(GAPS) for number in requirements(asks)]
    assert requirements("\n".join(first_names(table("requirement")))) == gaps
