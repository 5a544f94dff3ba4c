"""What institutions write to each other: reading, answering, beginning a conversation, blocking and reporting."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keeping import signed_in
from partners import drafts
from partners.forms import AnswerForm, MessageForm, ReportForm
from partners.models import Block, Conversation, Institution, Message, Report, Side
from partners.models.limits import TooMany
from partners.models.message import obstacle

FORM = ["GET", "HEAD", "POST"]
A_PAGE = 25


def _side(request, pk):
    sides = Side.objects.of(request.user).select_related("conversation", "institution", "partner__country")
    return get_object_or_404(sides, pk=pk)


def _status(request, form):
    """What a page with a form answers: refused answers 400, too many of them 429."""
    if request.method != "POST":
        return 200
    refused = form.errors.as_data().get("__all__", [])
    return 429 if any(error.code == TooMany.CODE for error in refused) else 400


@signed_in
@require_safe
def conversation_list(request):
    """All conversations of the reader's institutions, the unread first."""
    page = Paginator(Side.objects.of(request.user).for_listing(), A_PAGE).get_page(request.GET.get("page"))
    mine = Institution.objects.represented_by(request.user).by_name()
    context = {"page_obj": page, "paginator": page.paginator, "mine": mine}
    return render(request, "partners/message_list.html", context)


@drafts.ANSWER.view
def conversation(request, side):
    """Read a conversation and answer in it."""
    form = AnswerForm(request.answers, initial=request.kept.over({}))
    if request.method == "POST" and form.is_valid():
        try:
            side.answer(request.user, form.cleaned_data["text"], form.cleaned_data["key"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Sent."))
            return redirect(side)
    context = _told(request, side) | {"form": form}
    side.mark_read()
    return render(request, "partners/conversation.html", context, status=_status(request, form))


def _told(request, side):
    """What the page of a conversation shows."""
    return {
        "side": side,
        "messages_sent": list(side.conversation.messages),
        "reported": set(side.institution.reports_made.values_list("message", flat=True)),
        "has_blocked": side.has_blocked,
        "obstacle": obstacle(side.institution, side.partner, request.user),
    }


@drafts.MESSAGE.view
def write(request, partner):
    """Begin a conversation with a listed institution."""
    mine = Institution.objects.represented_by(request.user).listed().exclude(pk=partner.pk).by_name()
    if not mine or not partner.representations.acting().exists():
        return render(request, "partners/write_not.html", {"institution": partner, "mine": mine}, status=403)
    known = request.kept.over({"subject": _subject(request, partner)})
    form = MessageForm(request.answers, institutions=mine, initial=known)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            side = Conversation.begin(partner=partner, by=request.user, **answers)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Sent. You will be told by e-mail when an answer comes."))
            return redirect(side)
    context = {"institution": partner, "form": form, "mine": mine, "obstacle": _known_obstacle(request, partner, mine)}
    return render(request, "partners/write.html", context, status=_status(request, form))


def _known_obstacle(request, partner, mine):
    """Why nothing that is typed could be sent, where a block says so before anything is."""
    if request.method == "POST" or request.kept.draft or len(mine) > 1:
        return None
    is_blocked = Block.objects.in_force().between(mine[0], partner).exists()
    return obstacle(mine[0], partner, request.user) if is_blocked else None


def _subject(request, partner):
    """The title of the notice from whose page the reader came."""
    number = request.GET.get("about", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return ""
    notice = partner.notices.published().filter(pk=number).first()
    return notice.title if notice else ""


@signed_in
@require_POST
def set_aside(request, pk):
    """Note that the last message needs no answer."""
    _side(request, pk).set_aside()
    messages.success(request, _("Noted: it needs no answer."))
    return redirect("partners:messages")


@signed_in
@require_http_methods(FORM)
def block(request, pk):
    """Ask whether to receive nothing more from an institution, and do so."""
    side = _side(request, pk)
    if request.method != "POST":
        return render(request, "partners/block.html", {"side": side})
    Block.place(side.institution, side.partner, request.user)
    messages.success(request, _("Blocked. Nothing more comes from this institution."))
    return redirect(side)


@signed_in
@require_POST
def unblock(request, pk):
    side = _side(request, pk)
    Block.lift(side.institution, side.partner, request.user)
    messages.success(request, _("The block was lifted."))
    return redirect(side)


@signed_in
@require_http_methods(FORM)
def report(request, pk, message):
    """Tell the Centre that a message should not have been written."""
    side = _side(request, pk)
    received = get_object_or_404(Message.objects.received_on(side).for_listing(), pk=message)
    form = ReportForm(request.answers)
    if request.method == "POST" and form.is_valid():
        Report.file(received, side.institution, request.user, form.cleaned_data["reason"])
        messages.success(request, _("Reported. SESRIC looks at it and tells you."))
        return redirect(side)
    context = {"side": side, "message_received": received, "form": form}
    return render(request, "partners/report.html", context, status=_status(request, form))
