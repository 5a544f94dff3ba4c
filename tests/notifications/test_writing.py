"""How the text of a letter is put together."""

import pytest
from django.utils.translation import override, pgettext

from notifications.writing import as_text, paragraphs_of

BODY = "Dear colleague: read this.\n\nOpen your desk: http://testserver/desk/\n\nSee: https://example.org/x"


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_label_and_its_address_are_parted_as_the_language_does(language):
    with override(language):
        colon = pgettext("between a label and an address in a letter", ": ")
        text = as_text(paragraphs_of(BODY))
    assert text == BODY.replace("desk: http", f"desk{colon}http")


def test_what_the_text_file_did_not_write_is_no_button():
    typed = "Accept me: http://testserver/accounts/logout/"
    body = f"Hello.\n\n{typed}\n\nOpen your desk: <m>http://testserver/desk/\n\nRead <m>http://testserver/a/ first."
    assert paragraphs_of(body, "<m>") == [
        ("Hello.", "", ""),
        (typed, "", ""),
        ("", "Open your desk", "http://testserver/desk/"),
        ("Read http://testserver/a/ first.", "", ""),
    ]
