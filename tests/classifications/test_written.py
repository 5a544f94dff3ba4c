"""How the reader's language writes numbers."""

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

from classifications.written import digits_in


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("بين 200 و5000.", "بين ٢٠٠ و٥٠٠٠."),
        ("(هو 12).", "(هو ١٢)."),
        ("مثل 2027-03-15، أو 09:30.", "مثل 2027-03-15، أو 09:30."),
        ("B2 و https://example.org/2011 و10.5", "B2 و https://example.org/2011 و10.5"),
        ("&#39;5&#39;", "&#39;٥&#39;"),
    ],
)
def test_numbers_in_a_sentence(sentence, written):
    assert digits_in(sentence, "ar") == written
    assert digits_in(sentence, "en") == sentence


def test_a_sentence_is_as_safe_as_it_came():
    shown = Template("{% load portal %}{{ typed|digits_in }} {{ made|digits_in }}")
    with override("ar"):
        assert shown.render(Context({"typed": "<b>5", "made": mark_safe("<b>6")})) == "&lt;b&gt;٥ <b>٦"


def test_limits_and_hints_are_told_in_arabic_digits(client, db):
    page = client.post("/ar/contact/", {"name": "x" * 5000, "email": "a@example.org"})
    assert page.status_code == 400
    errors = [str(error) for each in page.context["form"].errors.values() for error in each]
    assert any("5000" in error for error in errors)
    assert "5000)" not in page.text
    assert "١٠ " in client.get("/ar/accounts/signup/").text
