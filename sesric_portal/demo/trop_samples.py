"""A fictional member of TROP with two opportunities that are open, one that is past, and a draft."""

from datetime import timedelta

from django.utils.timezone import localdate

from accounts.models import User
from classifications.models import Language, Sector
from partners.models import Institution
from sesric_portal.demo.partner_samples import INSTITUTE
from trop.models import Membership, TrainingOpportunity

# Title, language, category, level, mode, sectors, language of teaching, days until applications close and until it begins,
# length, costs covered, and how far it has come.
OPPORTUNITIES = [
    (
        "Maintenance of solar water pumps", "en", "training_course", "intermediate", "in_person",
        ["water-resources"], "en", 33, 61, 5, ["tuition", "accommodation", "meals"], "published",
    ),
    (
        "Pédagogie pour formateurs professionnels", "fr", "training_of_trainers", "introductory", "online",
        ["tvet"], "fr", 6, 20, 15, ["tuition"], "published",
    ),
    (
        "Study visit to a training workshop for electricians", "en", "study_visit", "advanced", "in_person",
        ["tvet"], "en", 40, 70, 3, ["tuition", "travel"], "draft",
    ),
    (
        "Safe handling of pesticides", "en", "workshop", "introductory", "hybrid",
        ["crops"], "en", 14, 42, 2, ["tuition", "travel", "accommodation", "meals"], "past",
    ),
]  # fmt: skip


def make():
    """Make the samples that are not there yet."""
    if not TrainingOpportunity.objects.filter(is_sample=True).exists():
        _make_opportunities(Institution.objects.get(slug=INSTITUTE))


def _make_opportunities(institution):
    partner, centre = User.objects.get(email="partner@example.org"), User.objects.get(email="editor@example.org")
    membership = Membership.apply(institution, partner, "Courses for instructors, some twenty places a year.")
    membership.approve(centre)
    membership.trust(centre)
    for row in OPPORTUNITIES:
        _make_opportunity(institution, partner, *row)


def _make_opportunity(
    institution, by, title, language, category, level, mode, sectors, taught_in, closes, begins, days, covered, stage
):
    one = TrainingOpportunity.begin(institution, by)
    today = localdate()
    first = today + timedelta(days=begins)
    one.rewrite(
        by, title=title, written_in=language, category=category, level=level, mode=mode, covered=covered,
        summary="A sample text that says what participants learn and what they should know before.",
        sectors=Sector.objects.filter(slug__in=sectors), languages=Language.objects.filter(code=taught_in), open_to=[],
        city_name=institution.place, seats=12, cost="", starts_on=first, ends_on=first + timedelta(days=days - 1),
        apply_by=today + timedelta(days=closes), how_to_apply="Send a letter of your institution to training@example.org.",
        application_url="",
    )  # fmt: skip
    sample = TrainingOpportunity.objects.filter(pk=one.pk)
    sample.update(is_sample=True)
    if stage != "draft":
        one.publish(by)
    if stage == "past":
        sample.update(
            **{
                name: getattr(one, name) - timedelta(days=60)
                for name in ("starts_on", "ends_on", "apply_by", "published_at")
            }
        )
