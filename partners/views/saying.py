"""How a national focal point says one word on an application, whether of an institution or of an expert."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.applications import Role
from partners.forms import WordForm

FORM = ["GET", "HEAD", "POST"]


@dataclass
class Saying:
    """The page of one word: on which `row`, what the page calls it (HTML), and the address behind its “Back”."""

    request: object
    row: object
    name: str
    back_url: str

    def say(self, form, verb, done, **words):
        """Show the form with its `title`, `button` and `note`; where it was sent, say the word and tell that it is `done`."""
        if self.request.method == "POST" and form.is_valid():
            try:
                verb(form.cleaned_data)
            except ValidationError as error:
                messages.error(self.request, " ".join(error.messages))
            else:
                messages.success(self.request, done)
            return redirect("desk")
        context = {"form": form, "name": self.name, "back_url": self.back_url, **words}
        status = 400 if self.request.method == "POST" else 200
        return render(self.request, "partners/word_form.html", context, status=status)

    def return_with_a_question(self):
        help_text = _("What has to be corrected or explained. The applicant reads it as you write it.")
        return self.say(
            WordForm(self.request.answers, label=_("Question"), help_text=help_text),
            lambda answers: self.row.return_with(answers["reason"], self.request.user, Role.FOCAL_POINT),
            _("Returned. The applicant was told."),
            title=_("Return it with a question"),
            button=_("Send the question"),
            note=_("It comes back to you once it is answered."),
        )

    def object(self, title, read_by):
        """`read_by` says who reads the reason."""
        return self.say(
            WordForm(self.request.answers, label=_("Reason"), help_text=read_by),
            lambda answers: self.row.object_to(self.request.user, answers["reason"]),
            _("Noted. The Centre decides next."),
            title=title,
            button=_("Object"),
            note=_("That does not end the application: the Centre reads why, and decides."),
        )
