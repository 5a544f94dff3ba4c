"""The pages below an expert's own desk."""

import pytest
from django.urls import reverse

from tests.factories import ExpertFactory


@pytest.mark.parametrize(
    ("name", "args"),
    [("download", []), ("upload-cv", []), ("erase", []), ("preview", ["public"]), ("preview", ["staff"])],
)
def test_what_a_page_says_stands_once_and_in_its_body(client, db, name, args):
    expert = ExpertFactory(name="Zaynab Samplename")
    client.force_login(expert.user)
    client.post(reverse("account_reauthenticate"), {"password": "a long enough password"})
    head, body = client.get(reverse(f"experts:{name}", args=args)).text.split("</head>")
    assert ("<h1" in head, "<p" in head, body.count("<h1")) == (False, False, 1)
