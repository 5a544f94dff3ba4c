"""Letters about experts at events. They name no expert; those to experts bear their key, by which `experts.erasing` finds them."""

from django.conf import settings
from django.urls import reverse

from events.models import Engagement
from notifications.writing import write, write_to
from partners.applications import Role

TO_EXPERT = {Engagement.Decision.INVITED, Engagement.Decision.CALLED_OFF}
TO_CENTRE = {Engagement.Decision.ACCEPTED, Engagement.Decision.DECLINED}


def tell_of_engagement(review):
    """Tell the expert what the Centre did, and the Centre what the expert answered."""
    engagement, user = review.engagement, review.engagement.expert.user
    context = {"review": review, "engagement": engagement, "event": engagement.event}
    if review.decision in TO_EXPERT and user and user.is_active:
        write_to(user, "events/email/engagement.txt", context, record=engagement.expert.key)
    if review.decision in TO_CENTRE and review.role == Role.APPLICANT:
        address = reverse("admin:events_event_experts", args=[engagement.event_id])
        write(settings.CENTRE_EMAIL, "en", "events/email/answer.txt", context | {"address": address})
