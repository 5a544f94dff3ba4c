"""Staff look at what a focal point sees: for a while, to read only, and never more than they may see themselves.

What is chosen stands in the session of the member of staff, who stays who they are: no page takes them for the focal point.
"""

from allauth.mfa.utils import is_mfa_enabled
from django.utils.timezone import now

from programmes.models import FocalPoint

KEY = "previewed_focal_point"
LASTS = 30 * 60  # seconds
SAFE = ("GET", "HEAD")


def may_preview(user):
    """Whether somebody may look at what focal points see: staff who may see these, with a second factor."""
    return user.is_active and user.is_staff and user.has_perm("programmes.view_focalpoint") and is_mfa_enabled(user)


def begin(request, point):
    request.session[KEY] = {"point": point.pk, "since": now().timestamp()}


def end(request):
    """End the preview, and give the designation that was looked at, if one was."""
    point = previewed(request)
    request.session.pop(KEY, None)
    return point


def previewed(request):
    """The designation in force whose pages a member of staff looks at, or None. Asked once for each request."""
    if not hasattr(request, "previewed_focal_point"):
        request.previewed_focal_point = _previewed(request)
    return request.previewed_focal_point


def _previewed(request):
    chosen = request.session.get(KEY)
    if not chosen or now().timestamp() - chosen["since"] > LASTS or not may_preview(request.user):
        return None
    acting = FocalPoint.objects.acting().select_related("country", "programme", "user")
    return acting.filter(pk=chosen["point"]).first()
