"""What tests of the rosters share: the answers of a whole registration, a PDF."""

from datetime import date
from io import BytesIO

import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from classifications.models import Sector
from experts.models.consent import WORDED_ON
from tests.factories import CountryFactory, LanguageFactory, RosterFactory, SectorFactory

ANSWERS = {
    "person": {
        "title": "dr", "name": "Zaynab Samplename", "name_ar": "زينب نموذج", "nationality": "UG", "residence": "SN",
        "gender": "female",
    },
    "expertise": {
        "rosters": ["environment-water"], "sectors": ["irrigation"], "years": "12", "degree": "doctorate",
        "employer": "Quagga Employer", "summary_en": "Drip irrigation of vineyards.", "summary_ar": "الري بالتنقيط",
    },
    "languages": {
        "way": "both", "days_per_year": "37", "language_1": "ar", "level_1": "7", "language_2": "en", "level_2": "5",
        "starts_on_1": "2091-03-01", "until_1": "2091-03-31",
    },
    "experience": {
        "what_1": "Zebu course", "country_1": "SN", "year_1": "2019", "client_1": "Okapi Ministry",
        "referee_1": "Gnuson Referee", "referee_email_1": "gnu@example.org", "relation_1": "Former supervisor",
    },
    "consent": {"kept": "on", "wording": WORDED_ON.isoformat()},
}  # fmt: skip
TRUE = {"is_true": "on"}


def lists():
    """Make the rows that the answers name."""
    for iso2 in ("UG", "SN"):
        CountryFactory(iso2=iso2)
    for code in ("ar", "en"):
        LanguageFactory(code=code)
    RosterFactory()
    if not Sector.objects.filter(slug="irrigation").exists():
        SectorFactory(slug="irrigation", name_en="Irrigation")


def fill_in(client, name="register", **more):
    """Answer all steps; `more` holds other answers by step."""
    for step, answers in ANSWERS.items():
        response = client.post(reverse(f"experts:{name}-step", args=[step]), answers | more.get(step, {}))
        assert response.status_code == 302, response.context["form"].errors


def register(client, **more):
    """Register whoever is signed in, from the first step to sending."""
    lists()
    fill_in(client, **more)
    response = client.post(reverse("experts:register-send"), TRUE)
    assert response.status_code == 302


def pdf_bytes(pages=1, **metadata):
    writer = pypdf.PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    if metadata:
        writer.add_metadata({f"/{name}": value for name, value in metadata.items()})
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def pdf(data=None, name="cv.pdf"):
    return SimpleUploadedFile(name, pdf_bytes() if data is None else data, "application/pdf")


FIRST_WORDING = date(2026, 11, 22)  # of being kept, which named no focal point but that of one's own state


def as_agreed_at_first(expert):
    """Let all that an expert agrees to be agreed to in the first wording."""
    expert.consents.update(version=FIRST_WORDING)
    expert.raise_flags()
