"""French keeps : ; ? ! and the quotation marks on the line of their word."""

import csv
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from sesric_portal.translations import is_loose, tied, update

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Motif : %(reason)s", "Motif\u00a0: %(reason)s"),
        ("Est-ce tout ?", "Est-ce tout\u00a0?"),
        (
            "L’adresse « %(slug)s » mène ici ; lisez-la !",
            "L’adresse «\u00a0%(slug)s\u00a0» mène ici\u00a0; lisez-la\u00a0!",
        ),
    ],
)
def test_plain_spaces_become_no_break_ones(typed, kept):
    assert (is_loose(typed), tied(typed), is_loose(kept)) == (True, kept, False)


@pytest.mark.parametrize("text", ["à 10:30", "https://example.org/?page=2", "Motif\u00a0: aucun", "de deux à 5"])
def test_other_signs_stay(text):
    assert (is_loose(text), tied(text)) == (False, text)


def test_a_sign_without_any_space_is_told():
    assert is_loose("Motif: %(reason)s")
    assert is_loose("%(name)s: %(value)s")


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.stem)
def test_the_data_keeps_to_it(path):
    with path.open(encoding="utf-8", newline="") as file:
        french = [
            cell
            for row in csv.DictReader(file)
            for name, cell in row.items()
            if name.endswith("_fr") and name != "term_fr"
        ]
    assert [cell for cell in french if is_loose(cell)] == []


def test_new_strings_are_there_to_be_translated(tmp_path):
    update(tmp_path)
    for language in ("fr", "ar"):
        with (tmp_path / language / "LC_MESSAGES" / "django.po").open("rb") as file:
            catalog = read_po(file, locale=language)
        assert catalog["Search"].string == ""
        assert any(isinstance(message.id, tuple) for message in catalog)
