"""Letters about focal points: that a designation began or ended, what became of proposals, and whether it still holds.

Whoever designates or ends leaves a `DesignationStep`; the letters are written from these rows, each row once, so that
nothing is told twice and nothing that was rolled back is told at all.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from classifications.models import Country
from notifications.writing import write, write_to
from programmes.models import DesignationStep, FocalPoint, Proposal, YearlyQuestion
from programmes.seats import vacant_seats_of

LANGUAGES = dict(settings.LANGUAGES)


def tell():
    """Write the letters of the steps that are still to be told, each under its row lock."""
    for pk in DesignationStep.objects.untold().values_list("pk", flat=True):
        with transaction.atomic():
            steps = DesignationStep.objects.untold().select_for_update(skip_locked=True, of=["self"])
            step = steps.select_related("focal_point__country", "focal_point__programme").filter(pk=pk).first()
            if step:
                _tell_of(step)
                step.told_at = now()
                step.save(update_fields=["told_at"])


def tell_of_proposals():
    """Tell focal points what became of what they proposed, each under its row lock."""
    for pk in Proposal.objects.untold().values_list("pk", flat=True):
        with transaction.atomic():
            decided = Proposal.objects.untold().select_for_update(skip_locked=True, of=["self"])
            proposal = decided.select_related("point__country", "point__programme", "proposed_by").filter(pk=pk).first()
            if proposal:
                if reader := _in_office(proposal):
                    inherited = reader != proposal.proposed_by
                    context = {"proposal": proposal, "inherited": inherited}
                    write_to(reader, "programmes/email/proposal.txt", context)
                proposal.told_at = now()
                proposal.save(update_fields=["told_at"])


def _in_office(proposal):
    """Whoever holds the seat today from which it was proposed: who proposed it or, once that one's time is over, a successor."""
    in_office = FocalPoint.objects.of_seat(proposal.point).able_to_act().select_related("user").first()
    return in_office and in_office.user


def _tell_of(step):
    point = step.focal_point
    if point.is_reached:
        context = {"step": step, "point": point, "successor": _successor(step)}
        write(point.address, language_of(point), "programmes/email/designation.txt", context)


def _successor(step):
    """Who took the seat on the day on which it was left."""
    point = step.focal_point
    return FocalPoint.objects.of_seat(point).filter(designated_on=point.ended_on).exclude(pk=point.pk).first()


def language_of(point):
    """The language of a letter: that of the account, else the first of the country's that the portal speaks."""
    if point.user:
        return point.user.language
    return first_language(point.country)


def first_language(country):
    spoken = [language.code for language in country.languages.all() if language.code in LANGUAGES]
    return spoken[0] if spoken else settings.LANGUAGE_CODE


def ask_countries():
    """Ask every member state that was not asked this year, by way of the Centre where none of its offices has an address."""
    year = localdate().year
    asked = YearlyQuestion.objects.filter(year=year).values("country")
    for country in Country.objects.member_states().exclude(pk__in=asked).order_by("pk"):
        with transaction.atomic():
            _ask(country, year)


def _ask(country, year):
    try:
        with transaction.atomic():
            question = YearlyQuestion.objects.create(country=country, year=year)
    except IntegrityError:  # another worker asks it at this moment
        return
    acting = list(
        country.focal_points.acting().filter(is_sample=False).select_related("user", "programme").by_country()
    )
    vacant = vacant_seats_of(country, acting)
    if not acting and not vacant:
        return  # there are no networks yet
    readers = {point.address: language_of(point) for point in acting if point.address}
    by_centre = not readers
    if by_centre:
        readers = {settings.CENTRE_EMAIL: first_language(country)}
    context = {"country": country, "points": acting, "vacant": vacant, "year": year, "by_centre": by_centre}
    for address, language in readers.items():
        write(address, language, "programmes/email/yearly_question.txt", context)
    question.addresses = sorted(readers)
    question.save(update_fields=["addresses"])
