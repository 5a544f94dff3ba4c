"""The kinds of activity by which programmes build capacity: of events, and of the forms that a programme has for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Activity(models.TextChoices):
    """What an event is, and for what a questionnaire or terms of reference are."""

    TRAINING_COURSE = "training_course", _("Training course")
    TRAINING_OF_TRAINERS = "training_of_trainers", _("Training of trainers")
    WORKSHOP = "workshop", _("Workshop")
    STUDY_VISIT = "study_visit", _("Study visit")
    SEMINAR = "seminar", _("Seminar")
    WEBINAR = "webinar", _("Webinar")
    TECHNICAL_MISSION = "technical_mission", _("Technical mission")
    EXPERT_MISSION = "expert_mission", _("Expert mission")
    MEETING = "meeting", _("Meeting")
    CONFERENCE = "conference", _("Conference")
