"""What an account holds about its owner."""

from django.contrib.admin.models import LogEntry


def held_about(user):
    return {
        "e-mail address": user.email,
        "other e-mail addresses": [each.email for each in user.emailaddress_set.all() if each.email != user.email],
        "name": user.name,
        "language": user.language,
        "time zone": user.time_zone,
        "joined": user.date_joined,
        "last sign-in": user.last_login,
        "second factors": [
            {"kind": each.type, "since": each.created_at, "last used": each.last_used_at}
            for each in user.authenticator_set.all()
        ],
        "sessions": [
            {"internet address": each.ip, "browser": each.user_agent, "since": each.created_at}
            for each in user.usersession_set.all()
        ],
        "drafts": [
            {"form": each.form, "saved": each.saved_at, "answers": each.answers} for each in user.drafts.order_by("pk")
        ],
        "work in the admin": [
            {"when": each.action_time, "on": str(each.content_type), "what": each.get_action_flag_display()}
            for each in LogEntry.objects.filter(user=user).select_related("content_type")
        ],
    }


def forget(user):
    user.close()
