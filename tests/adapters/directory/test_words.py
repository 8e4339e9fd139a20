"""Which words are close to one that was mistyped."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.directory.words import asked, closest, ends, folded, name_words, tolerance

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=14)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("gonzales", "gonzalez", id="another letter"),
        pytest.param("panadeira", "panaderia", id="two in each other's place"),
        pytest.param("peez", "perez", id="one missing"),
        pytest.param("tornilllo", "tornillo", id="one too many"),
        pytest.param("comercialisadoras", "comercializadora", id="two wrong in a long word"),
        pytest.param("rohas", "rojas", id="in the middle of a short word"),
    ],
)
def test_a_word_is_close_to_what_was_meant(typed: str, meant: str) -> None:
    assert closest(typed, [meant, "ferreteria"], 5) == (meant,)


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        pytest.param("rojas", "rosas-", id="two in a short word"),
        pytest.param("sas", "sal", id="a word too short to be mistyped"),
        pytest.param("c1234", "c1235", id="an id"),
        pytest.param("900373115", "900373116", id="a number, of which another is another company"),
    ],
)
def test_a_word_is_not_close_to_another(typed: str, other: str) -> None:
    assert closest(typed, [other], 5) == ()


@given(word=LETTERS, data=st.data())
def test_one_mistake_leaves_the_beginning_or_the_ending_that_is_looked_up(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("aeñz"))
    typed = data.draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place + 1 :],
                word[:place] + letter + word[place:],
                word[:place] + word[place + 1 :],
            ]
        )
    )
    if tolerance(typed):
        beginning, ending = ends(typed)
        assert word.startswith(beginning) or word.endswith(ending)


@given(st.text())
@example("𝐀. ﬁ ẞ")
def test_any_text_is_folded_to_printable_words_once_and_for_all(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert all(word.isprintable() for word in asked(text))


def test_the_words_of_a_name_are_those_that_may_be_mistyped() -> None:
    assert name_words("Panadería Ñáñez & Güiza 24horas S.A.S.") == {"panaderia", "nanez", "guiza", "horas"}
