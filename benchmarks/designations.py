"""The import of 5,000 designations through the admin, preview and confirmation, with 300 faults of 12 kinds and without.

script/bench designations
"""

import time

from benchmarks.servers import own_servers

NUMBER, FAULTS, TARGET = 5000, 300, 10  # lines, faults, seconds


def timed(what, ask):
    """Ask for a page; tell how long it took, and give it."""
    began = time.perf_counter()
    page = ask()
    seconds = time.perf_counter() - began
    print(f"{seconds:5.1f} s   target {TARGET}: {'met' if seconds <= TARGET else 'MISSED'}   {what}", flush=True)
    return page


def measure():
    from allauth.mfa.models import Authenticator  # noqa: PLC0415  after the settings
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from programmes.models import FocalPoint  # noqa: PLC0415
    from tests.programmes.lines import as_csv, lines, lists, with_faults  # noqa: PLC0415

    lists()
    user = User.objects.create_superuser("staff@example.org", "of this run only")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "of this run only"})
    client = Client()
    client.force_login(user)

    def send(made):
        file = SimpleUploadedFile("table.csv", as_csv(made).encode())
        data = {"import_file": file, "format": "0", "resource": "0"}
        return client.post(reverse("admin:programmes_focalpoint_import"), data)

    def confirm(preview):
        form = preview.context["confirm_form"].initial
        return client.post(reverse("admin:programmes_focalpoint_process_import"), form)

    faulty, good, changed = lines(NUMBER), lines(NUMBER), lines(NUMBER)
    with_faults(faulty, FAULTS)
    for line in changed:
        line["office_en"] = f"New {line['office_en']}"
    page = timed(f"{NUMBER:,} lines, {FAULTS} with faults: the list of faults", lambda: send(faulty))
    if len(page.context["result"].invalid_rows) != FAULTS or FocalPoint.objects.exists():
        raise SystemExit("Not all faults were told, or something was applied.")
    preview = timed(f"{NUMBER:,} new ones: the preview", lambda: send(good))
    timed(f"{NUMBER:,} new ones: writing them", lambda: confirm(preview))
    preview = timed(f"{NUMBER:,} changed ones: the preview", lambda: send(changed))
    timed(f"{NUMBER:,} changed ones: writing them", lambda: confirm(preview))
    if FocalPoint.objects.filter(office_en__startswith="New").count() != NUMBER:
        raise SystemExit("Not all was written.")


def main():
    with own_servers():
        import django  # noqa: PLC0415  after its settings
        from django.core.management import call_command  # noqa: PLC0415
        from django.test.utils import setup_test_environment  # noqa: PLC0415  keeps what a page was made of

        django.setup()
        setup_test_environment()
        for command in (["migrate"], ["createcachetable"], ["collectstatic", "--no-input"]):
            call_command(*command, verbosity=0)
        measure()


if __name__ == "__main__":
    main()
