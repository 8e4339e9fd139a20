"""The bill of materials: all that the product runs with, and valid by its schema."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scripts.sbom import LOCK, ROOT, VENDORED, bill
from version import __version__

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def test_the_bill_names_every_locked_package_and_every_file_of_others(tmp_path: Path) -> None:
    file = tmp_path / "made" / "bill.json"

    done = subprocess.run(
        [sys.executable, "scripts/sbom.py", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    bill = json.loads(file.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    product = bill["metadata"]["component"]
    assert (product["name"], product["version"]) == ("activa", __version__)
    places = {each["purl"]: {made["content"] for made in each["hashes"]} for each in bill["components"]}
    locked = re.findall(r"^([^=\s]+)==([^\s;]+)", (ROOT / LOCK).read_text(), re.MULTILINE)
    for name, version in locked:
        assert places[f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"]
    table = (ROOT / VENDORED).read_text()
    digests = set(re.findall(r"`([0-9a-f]{64})`", table))
    assert digests == {each for place, made in places.items() if place.startswith("pkg:npm/") for each in made}
    assert len(places) == len(locked) + 3


def test_without_a_place_to_write_to_it_says_how_it_is_called() -> None:
    done = subprocess.run([sys.executable, "scripts/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (2, "usage: python scripts/sbom.py FILE.json [LOCK]\n")


def test_a_portals_bill_lacks_what_only_a_worker_holds() -> None:
    portal, whole = (
        {each["name"] for each in json.loads(bill(ROOT, NOW, lock))["components"]}
        for lock in (LOCK.with_name("portal.txt"), LOCK)
    )
    assert {"opencv-python-headless", "pypdf"} <= whole - portal
    assert portal < whole


def test_one_tree_gives_one_bill_at_one_instant_and_another_number_at_another() -> None:
    first, again, later = (bill(ROOT, now) for now in (NOW, NOW, NOW + timedelta(seconds=1)))
    assert first == again
    assert json.loads(first)["metadata"]["timestamp"] == NOW.isoformat()
    assert json.loads(first)["serialNumber"] != json.loads(later)["serialNumber"]
