"""Clearly fictional rows for trying out, each marked as a sample; never part of `load_data`.

Addresses end in example.org. Passwords and keys of second factors are the same on every machine: for demos only.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.utils.timezone import localdate, now

from accounts.models import User
from classifications.models import City, Country, Language
from events.models import Event
from experts.models import Expert
from programmes.models import FocalPoint, Programme
from sesric_portal.demo import experts, partner_samples, trop_samples

PASSWORD = "sample pass phrase"  # noqa: S105
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

FOCAL_POINT = "focalpoint@example.org"

# Role, e-mail, name, attributes, group.
ACCOUNTS = [
    ("Administrator", "admin@example.org", "Sample Administrator", {"is_staff": True, "is_superuser": True}, None),
    ("Editor at the Centre", "editor@example.org", "Sample Editor", {"is_staff": True}, "Editors"),
    ("National focal point", FOCAL_POINT, "Sample Focal Point", {}, None),
    ("Partner", "partner@example.org", "Sample Partner", {}, None),
    ("Another partner", "partner2@example.org", "Second Sample Partner", {}, None),
    ("Expert", "expert@example.org", "Sample Expert", {}, None),
]

# Title in three languages, kind, mode, days from now, length, country, programme, status, beneficiary countries.
EVENTS = [
    (
        "Training Course on Household Survey Design",
        "Cours de formation sur la conception des enquêtes auprès des ménages",
        "دورة تدريبية حول تصميم مسوح الأسر المعيشية",
        Event.Kind.TRAINING_COURSE, Event.Mode.ONLINE, 24, 3, "TN", "statcab", Event.Status.OPEN, ["SN", "ML", "NE"],
    ),
    (
        "Study Visit on Drip Irrigation",
        "Visite d’étude sur l’irrigation au goutte-à-goutte",
        "زيارة دراسية حول الري بالتنقيط",
        Event.Kind.STUDY_VISIT, Event.Mode.IN_PERSON, 51, 4, "JO", "water-cab", Event.Status.PLANNED, ["MR"],
    ),
    (
        "Workshop on Curricula for Vocational Instructors",
        "Atelier sur les programmes d’enseignement destinés aux formateurs professionnels",
        "ورشة عمل حول مناهج إعداد مدرّبي التعليم المهني",
        Event.Kind.WORKSHOP, Event.Mode.HYBRID, 75, 2, "TR", "oic-vet", Event.Status.POSTPONED, ["UG", "BJ"],
    ),
]  # fmt: skip


def make():
    """Make the samples that are not there yet; give role, e-mail and password of each sample account."""
    for _role, email, name, attributes, group in ACCOUNTS:
        user, is_new = User.objects.get_or_create(email=email, defaults={"name": name, "is_sample": True, **attributes})
        if is_new:
            user.set_password(PASSWORD)
            user.save()
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            if group:
                user.groups.add(Group.objects.get_or_create(name=group)[0])
            if user.is_staff or email == FOCAL_POINT:
                Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": TOTP_KEY})
    if not Event.objects.filter(is_sample=True).exists():
        _make_events()
        _make_focal_points()
    partner_samples.make()
    trop_samples.make()
    if not Expert.objects.filter(is_sample=True).exists():
        experts.make()
    return [(role, email, PASSWORD) for role, email, *_rest in ACCOUNTS]


def _make_events():
    today = localdate()
    for number, (en, fr, ar, kind, mode, ahead, days, iso2, slug, status, received) in enumerate(EVENTS, 1):
        country = Country.objects.get(iso2=iso2)
        first = today + timedelta(days=ahead)
        event = Event.objects.create(
            title_en=en, title_fr=fr, title_ar=ar, slug=f"sample-{number}", kind=kind, mode=mode, status=status,
            starts_on=first, ends_on=first + timedelta(days=days - 1), country=country, time_zone=country.time_zone,
            city=City.objects.filter(country=country).first(), published_at=now(), is_sample=True,
        )  # fmt: skip
        event.programmes.set(Programme.objects.filter(slug=slug))
        event.provider_countries.set([country])
        event.beneficiary_countries.set(Country.objects.filter(iso2__in=received))
        event.languages.set(Language.objects.filter(code="fr" if iso2 == "TN" else "en"))


def _make_focal_points():
    programme = Programme.objects.get(slug="oic-vet")
    acting = User.objects.get(email=FOCAL_POINT)
    for iso2, user in (("SN", acting), ("MY", None), ("JO", None)):
        FocalPoint.objects.create(
            country=Country.objects.get(iso2=iso2), programme=programme, user=user,
            office_en="Sample Department of Vocational Training",
            office_fr="Direction de la formation professionnelle (exemple)",
            office_ar="إدارة التدريب المهني (نموذج)",
            designated_on=localdate() - timedelta(days=400), is_sample=True,
        )  # fmt: skip
