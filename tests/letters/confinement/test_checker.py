"""The helper process: several callers at once, deaths, limits, and what it may know."""

import contextlib
import gc
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image as Pillow

from domain.letter.examination import Examination, LetterOnRecord, Verdict
from letters import LetterChecker
from letters.confinement.checker import LetterCheckUnavailableError
from tests.support.letters.hostile import HOSTILE, endless_streams, harmless
from tests.support.letters.photos import held_sideways

ROOM = Path(__file__).parents[3]
IN_TIME_SECONDS = 60
"""A file is given ten seconds, without which these would take minutes or for ever; the rest is for a busy machine."""


class Seen(LetterChecker):
    """A checker whose helper does not hide its environment from those of its account."""

    _HELPER = ("-m", "tests.support.letters.taken_over", "own", "open")


def helper(checker: LetterChecker) -> int:
    """Return the process id of the running helper."""
    checker.gate(b"%PDF-1.4")
    process = checker._process
    assert process is not None
    return process.pid


def refused(checker: LetterChecker, data: bytes, limit_bytes: int = 1 << 20) -> list[str]:
    """Return why a file is refused; asked again, as the product does, where the machine gave its check no chance."""
    for _ in range(3):
        with contextlib.suppress(LetterCheckUnavailableError):
            return [reason.code for reason in checker.gate(data, limit_bytes)]
    raise AssertionError("the machine is too busy to check a letter")


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def children_peaks(pid: int) -> list[int]:
    """Return the most memory, shared pages included, that each of a helper's running children has had."""
    peaks = []
    for child in children_of(pid):
        with contextlib.suppress(OSError):
            peaks += re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text())
    return [int(peak) * 1024 for peak in peaks]


def test_several_threads_get_each_their_own_answer(checker: LetterChecker) -> None:
    files = [harmless(), b"", b"GIF89a", HOSTILE["a program"][0](), harmless()] * 6

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(checker.gate, files))

    codes = [[reason.code for reason in answer] for answer in answers]
    assert codes == [[], ["empty"], ["not_pdf"], ["active_content"], []] * 6


def test_a_helper_that_dies_is_started_again() -> None:
    with LetterChecker() as checker:
        first = helper(checker)
        os.kill(first, signal.SIGKILL)

        assert checker.gate(harmless()) == ()
        assert helper(checker) != first


def test_a_helper_that_dies_under_several_callers_is_started_again() -> None:
    with LetterChecker(at_once=4) as checker, ThreadPoolExecutor(4) as pool:
        pid = helper(checker)
        answers = [pool.submit(checker.gate, harmless()) for _ in range(12)]
        os.kill(pid, signal.SIGKILL)

        assert [answer.result() for answer in answers] == [()] * 12


def test_closing_ends_the_helper_and_a_later_call_starts_another() -> None:
    checker = LetterChecker()
    pid = helper(checker)

    checker.close()

    assert not Path(f"/proc/{pid}").exists()
    assert checker.gate(harmless()) == ()
    checker.close()


def test_the_helper_ends_by_itself_when_its_control_closes() -> None:
    checker = LetterChecker()
    pid = helper(checker)
    assert checker._control is not None
    assert checker._process is not None

    checker._control.close()

    checker._process.wait(IN_TIME_SECONDS)
    assert not Path(f"/proc/{pid}").exists()
    checker.close()


def test_the_helper_has_one_thread_and_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVA_S3__SECRET_ACCESS_KEY", "very-secret")
    with Seen(seccomp_required=False) as seen:
        seen.warm()
        environment = Path(f"/proc/{seen.helper_pid}/environ").read_bytes()
    with LetterChecker() as checker:
        pid = helper(checker)

        assert b"PYTHONPATH" in environment
        assert b"very-secret" not in environment
        assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


@pytest.mark.parametrize(
    "name", ["a form within itself", "forms ten to the eleventh", "a Flate bomb in a Flate stream"]
)
def test_a_file_made_to_hang_is_refused_in_time(checker: LetterChecker, name: str) -> None:
    data = HOSTILE[name][0]()
    started = time.monotonic()

    assert refused(checker, data) == ["too_complex"]
    assert time.monotonic() - started < IN_TIME_SECONDS


def test_others_are_answered_while_a_file_runs_into_the_limit_of_time(checker: LetterChecker) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(refused, checker, endless_streams(), 4_000_000)
        answers = [checker.gate(harmless()) for _ in range(3)]
        waited = not slow.done()

        assert slow.result() == ["too_complex"]

    assert answers == [()] * 3
    assert waited
    assert 5 < time.monotonic() - started < IN_TIME_SECONDS


def test_a_check_that_had_no_chance_to_work_refuses_nothing(checker: LetterChecker) -> None:
    pid = helper(checker)
    earlier = children_of(pid)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(checker.gate, endless_streams(), 4_000_000)
        while not (children := [child for child in children_of(pid) if child not in earlier]):
            pass
        os.kill(children[0], signal.SIGALRM)  # what its limit of time would send

        with pytest.raises(LetterCheckUnavailableError, match="no chance to work"):
            answer.result()
    assert checker.gate(harmless()) == ()


@pytest.mark.parametrize("name", ["a form within itself", "a Flate bomb in a Flate stream"])
def test_a_file_made_to_swell_stays_below_600_mb(name: str) -> None:
    """The kernel keeps the most memory that a process had; it is read until the child is gone."""
    peaks = [0]
    with LetterChecker() as checker, ThreadPoolExecutor(1) as pool:
        pid = helper(checker)
        answer = pool.submit(checker.gate, HOSTILE[name][0]())
        while not answer.done():
            peaks += children_peaks(pid)
            time.sleep(0.002)

    assert 150_000_000 < max(peaks) < 600_000_000


def test_values_go_in_and_out_of_other_processes(checker: LetterChecker, issued: LetterOnRecord) -> None:
    verdict = checker.check(b"", issued)

    assert pickle.loads(pickle.dumps(issued)) == issued  # noqa: S301  # our own bytes
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301
    assert Examination.model_validate_json(verdict.model_dump_json()) == verdict
    assert verdict.verdict is Verdict.REJECTED


def test_checking_leaves_nothing_behind_in_this_process(checker: LetterChecker) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(20):
        checker.gate(harmless())
    gc.collect()  # what other tests left open is not to be closed meanwhile
    before, open_before = resident(), descriptors()
    for _ in range(150):
        checker.gate(harmless())

    assert resident() - before < 5_000_000
    assert descriptors() <= open_before


def test_children_are_gone_when_they_have_answered(checker: LetterChecker) -> None:
    pid = helper(checker)
    checker.gate(harmless())
    deadline = time.monotonic() + IN_TIME_SECONDS
    while children_of(pid) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert children_of(pid) == []


def test_using_the_room_loads_no_parser_of_files_into_this_process() -> None:
    """A hostile file must find none of them here, and the worker's memory stays small."""
    code = (
        "import letters, sys; print(sorted({'cv2', 'pikepdf', 'pypdfium2', 'zxingcpp', 'pyhanko'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOM)

    assert done.stdout.strip() == "[]"


def test_a_folder_of_roots_that_is_not_there_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="roots"):
        LetterChecker(tmp_path / "roots")


@pytest.mark.parametrize("form", ["JPEG", "MPO", "PNG", "HEIF", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_child_reads_every_kind_of_photo_and_turns_it(checker: LetterChecker, form: str, mode: str) -> None:
    assert checker.gate(held_sideways(Pillow.new(mode, (1600, 1200), 200), form)) == ()


def test_a_child_has_nothing_left_to_load() -> None:
    code = """
import sys
import letters.confinement.zygote
from letters import render_letter
from letters.confinement import checking
from letters.confinement.wire import Request
from tests.support.builders import letter
from tests.support.letters.photos import held_sideways, photo
from tests.support.letters.scans import scan

content = letter()
pdf = render_letter(content)
phone = scan(pdf, "pen", "phone", 5)
photos = tuple(held_sideways(photo(pdf).reduce(4), form) for form in ("JPEG", "PNG", "HEIF", "WEBP"))
loaded = set(sys.modules)
checking.answer(Request(task="check", limit_bytes=1 << 20, content=content), photos, pdf, ())
for task in ("check", "flatten"):
    checking.answer(Request(task=task, limit_bytes=1 << 20, content=content), (phone,), pdf, ())
print(sorted(set(sys.modules) - loaded))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOM)

    assert done.stdout.strip() == "[]"
