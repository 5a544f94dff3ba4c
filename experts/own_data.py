"""What is held about an expert, and about those who work with the rosters."""

from django.db.models import Q

from experts.models import Apart, Expert, ExpertReview, Export


def held_about(user):
    return _expert(user) | {
        "steps taken": [
            {"step": str(each), "when": each.at, "words": each.reason} for each in ExpertReview.objects.filter(by=user)
        ],
        "shortlists made": [{"name": each.name, "last changed": each.changed_at} for each in user.shortlists.all()],
        "columns taken out": [
            {"when": each.at, "form": each.form, "columns": each.columns} for each in Export.objects.filter(by=user)
        ],
        "records told apart": [{"when": each.at} for each in Apart.objects.filter(by=user)],
    }


def _expert(user):
    """What is held about the expert that the person is, if they are one."""
    expert = Expert.objects.of(user)
    if expert is None:
        return {}
    return {
        **{name: getattr(expert, name) for name in (
            "title", "name", "name_ar", "gender", "degree", "first_year", "employer", "summary_en", "summary_fr",
            "summary_ar", "way", "days_per_year", "status", "created_at", "renewed_at", "endorsed_on",
        )},
        "nationality": expert.nationality.name_en,
        "country of residence": expert.residence.name_en,
        "employer on record": expert.institution and expert.institution.name_en,
        "CV": expert.cv.name,
        "rosters": [
            {"roster": each.roster.name_en, "joined": each.joined_at}
            for each in expert.memberships.select_related("roster")
        ],
        "sectors": [each.name_en for each in expert.sectors.all()],
        "languages": [
            {"language": each.language.name_en, "level": each.get_level_display()}
            for each in expert.languages.select_related("language")
        ],
        "assignments": [
            {"what": each.what, "country": each.country and each.country.name_en, "year": each.year, "for": each.client}
            for each in expert.assignments.select_related("country")
        ],
        "free": [{"from": each.starts_on, "until": each.until} for each in expert.periods.all()],
        "references": [
            {
                "name": each.name, "e-mail address": each.email, "how they know the work": each.relation,
                "asked": each.asked_at, "answered": each.answered_at,
            }
            for each in expert.references.all()
        ],
        "consents": [
            {
                "purpose": each.purpose, "wording": str(each.wording), "wording of": each.version,
                "given": each.given_at, "withdrawn": each.withdrawn_at,
            }
            for each in expert.consents.all()
        ],
        "events": expert.engagements.held(),  # with the ratings: see decision 0024
        "history": [{"step": str(each), "when": each.at, "words": each.reason} for each in expert.reviews.all()],
        "shortlists": [{"added": each.added_at, "note": each.note} for each in expert.entries.all()],
        "taken out of the portal": [
            {"when": each.at, "form": each.form, "columns": each.columns} for each in expert.exports.all()
        ],
        "corrections proposed by focal points": [
            {"proposed": each.proposed_at, "values": each.facts, "words": each.words, "accepted": each.was_accepted}
            for each in expert.proposals
        ],
        "changes of name": [
            {
                "proposed": each.proposed_at, "values": each.facts, "decided": each.decided_at,
                "accepted": each.was_accepted,
            }
            for each in expert.proposed_names.all()
        ],
        "told apart from records that look alike": [
            {"when": each.at} for each in Apart.objects.filter(Q(one=expert) | Q(other=expert))
        ],
        "former addresses": [str(each.key) for each in expert.former_addresses.all()],
        "reminders": [{"written": each.written_at} for each in expert.reminders.all()],
    }  # fmt: skip


def forget(user):
    """Erase the expert that the person was."""
    expert = Expert.objects.of(user)
    if expert:
        expert.erase()
    user.shortlists.filter(is_of_centre=False).delete()
