"""Clearly fictional experts for trying out, each marked as a sample."""

from datetime import timedelta

from django.utils.timezone import localdate, now

from accounts.models import User
from classifications.models import Country, Language, Sector
from experts.models import Assignment, Expert, ExpertLanguage, Roster
from partners.applications import Status

# E-mail, form of address, name, name in Arabic script, nationality, residence, degree, years, roster, sectors, languages
# with levels, summaries in three languages, purposes, days since the last renewal.
EXPERTS = [
    (
        "expert@example.org", "dr", "Sample Expert One", "خبيرة نموذجية أولى", "TN", "TN", "doctorate", 18,
        "environment-water", ["water-resources", "environment-climate"], {"ar": 7, "fr": 6, "en": 5},
        ("Drip irrigation and reuse of treated water: courses for engineers and extension services.",
         "Irrigation goutte-à-goutte et réutilisation des eaux traitées : cours pour ingénieurs et vulgarisateurs.",
         "الري بالتنقيط وإعادة استخدام المياه المعالجة: دورات للمهندسين والمرشدين الزراعيين."),
        ["kept", "partners", "public", "contacted"], 20,
    ),
    (
        "expert-two@example.org", "professor", "Sample Expert Two", "", "SN", "FR", "doctorate", 27,
        "environment-water", ["environment-climate"], {"fr": 7, "en": 4},
        ("Climate adaptation plans for cities.", "Plans d’adaptation au climat pour les villes.", ""),
        ["kept", "public"], 380,
    ),
    (
        "expert-three@example.org", "engineer", "Sample Expert Three", "خبير نموذجي ثالث", "JO", "JO", "master", 11,
        "occupational-safety-health", ["occupational-safety-health", "labour-inspection"], {"ar": 7, "en": 5},
        ("Safety on building sites; training of labour inspectors.", "", "السلامة في مواقع البناء وتدريب مفتشي العمل."),
        ["kept", "public", "partners"], 90,
    ),
    (
        "expert-four@example.org", "ms", "Sample Expert Four", "", "MY", "MY", "master", 7, "tvet",
        ["tvet", "qualifications"], {"en": 6},
        ("Competency-based curricula and assessment for technical colleges.", "", ""), ["kept", "partners"], 10,
    ),
    (
        "expert-five@example.org", "mr", "Sample Expert Five", "", "UG", "UG", "diploma", 4, "tvet", ["tvet"],
        {"en": 6, "ar": 2}, ("Apprenticeship schemes with small workshops.", "", ""), ["kept", "public"], 45,
    ),
]  # fmt: skip


def make():
    """Make the sample experts; one more has applied and waits for the Centre."""
    for fields in EXPERTS:
        _make(*fields)
    waiting = Expert.objects.get(user__email="expert-five@example.org")
    Expert.objects.filter(pk=waiting.pk).update(status=Status.APPLIED, waiting_since=now() - timedelta(days=3))


def _make(email, title, name, name_ar, nation, home, degree, years, roster, sectors, spoken, texts, purposes, days):
    user, _new = User.objects.get_or_create(email=email, defaults={"is_sample": True})
    expert = Expert.objects.create(
        user=user, title=title, name=name, name_ar=name_ar, nationality=Country.objects.get(iso2=nation),
        residence=Country.objects.get(iso2=home), degree=degree, first_year=localdate().year - years,
        way=Expert.Way.BOTH, summary_en=texts[0], summary_fr=texts[1], summary_ar=texts[2], status=Status.LISTED,
        renewed_at=now() - timedelta(days=days), is_sample=True,
    )  # fmt: skip
    expert.memberships.create(roster=Roster.objects.get(slug=roster))
    expert.sectors.set(Sector.objects.filter(slug__in=sectors))
    for code, level in spoken.items():
        ExpertLanguage.objects.create(expert=expert, language=Language.objects.get(code=code), level=level)
    Assignment.objects.create(expert=expert, what="Sample course", country=expert.nationality, year=2019)
    expert.periods.create(starts_on=localdate() + timedelta(days=40), until=localdate() + timedelta(days=70))
    for purpose in purposes:
        expert.agree_to(purpose)
    expert.keep_words()
