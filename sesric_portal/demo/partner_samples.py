"""Two fictional institutions with somebody who speaks for each, a request, an offer, and a conversation between them."""

import uuid
from datetime import timedelta

from django.utils.timezone import localdate, now

from accounts.models import User
from classifications.models import Country, Language, Sector
from partners.models import Conversation, Institution, Notice

INSTITUTE, ACADEMY = "sample-training-institute", "sample-statistics-academy"

# Account, address, names, acronym, kind, country, what it offers and looks for, sectors, languages.
INSTITUTIONS = [
    (
        "partner@example.org", INSTITUTE, "Sample Institute for Vocational Training",
        "Institut de formation professionnelle (exemple)", "معهد التدريب المهني (نموذج)",
        "SIVT", Institution.Kind.TRAINING, "SN",
        "Courses of one to three weeks for instructors in welding, solar energy and drip irrigation.",
        "Trainers who can teach quality control in small workshops, in French.",
        ["tvet", "qualifications"], ["fr", "en"],
    ),
    (
        "partner2@example.org", ACADEMY, "Sample Academy of Statistics",
        "Académie de statistique (exemple)", "أكاديمية الإحصاء (نموذج)",
        "SAS", Institution.Kind.UNIVERSITY, "MY",
        "Training in survey design and quality control, on site or online.",
        "Partners for a regional course.",
        ["censuses"], ["en"],
    ),
]  # fmt: skip

# Institution, kind, title, text, language, days until it closes, countries wanted, sectors.
NOTICES = [
    (
        INSTITUTE, Notice.Kind.REQUEST, "Un formateur en contrôle de la qualité pour deux semaines",
        "Nous cherchons un formateur pour douze ateliers de soudure.\nLe voyage et le séjour sont pris en charge.",
        "fr", 45, ["TN", "MA", "TR"], ["tvet"],
    ),
    (
        ACADEMY, Notice.Kind.OFFER, "Ten places in a course on survey design",
        "Five days online for staff of statistical offices. Teaching is in English; there is no fee.",
        "en", 6, [], ["censuses"],
    ),
]  # fmt: skip

QUESTION = "Dear colleagues,\n\ncould two of our instructors take part? They teach in French and read English."
ANSWER = "With pleasure. Please tell us what they know of surveys, and in which week they can come."


def make():
    """Make the samples that are not there yet."""
    for row in INSTITUTIONS:
        if not Institution.objects.filter(slug=row[1]).exists():
            _make_institution(*row)
    if not Notice.objects.filter(is_sample=True).exists():
        for row in NOTICES:
            _make_notice(*row)
    if not Conversation.objects.filter(is_sample=True).exists():
        _make_conversation()


def _make_institution(email, slug, en, fr, ar, acronym, kind, iso2, offers, seeks, sectors, languages):
    institution = Institution.objects.create(
        slug=slug, name_en=en, name_fr=fr, name_ar=ar, acronym=acronym, kind=kind, offers=offers, seeks=seeks,
        country=Country.objects.get(iso2=iso2), profile_confirmed_at=now(), is_sample=True,
    )  # fmt: skip
    institution.sectors.set(Sector.objects.filter(slug__in=sectors))
    institution.languages.set(Language.objects.filter(code__in=languages))
    institution.representations.create(
        user=User.objects.get(email=email), position="Head of Training", is_manager=True, accepted_at=now()
    )


def _make_notice(slug, kind, title, text, language, days, wanted, sectors):
    notice = Notice.objects.create(
        institution=Institution.objects.get(slug=slug), kind=kind, title=title, text=text, written_in=language,
        closes_on=localdate() + timedelta(days=days), is_sample=True,
    )  # fmt: skip
    notice.sectors.set(Sector.objects.filter(slug__in=sectors))
    notice.countries.set(Country.objects.filter(iso2__in=wanted))


def _make_conversation():
    asking, asked = (Institution.objects.get(slug=slug) for slug in (INSTITUTE, ACADEMY))
    writer, answerer = (User.objects.get(email=row[0]) for row in INSTITUTIONS)
    side = Conversation.begin(asking, asked, writer, NOTICES[1][2], QUESTION, uuid.uuid4())
    Conversation.objects.filter(pk=side.conversation_id).update(is_sample=True)
    side.conversation.sides.get(institution=asked).answer(answerer, ANSWER, uuid.uuid4())
