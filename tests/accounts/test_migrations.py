"""The group of editors comes with the migrations and goes with them, as often as one likes."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

editors = import_module("accounts.migrations.0002_editors")


class Schema:
    connection = connection


def test_making_the_group_twice_changes_nothing(db):
    before = set(Group.objects.get().permissions.all()), Permission.objects.count()
    editors.make_group(apps, Schema)
    assert (set(Group.objects.get().permissions.all()), Permission.objects.count()) == before


def test_the_group_is_made_where_there_are_no_permissions_yet(db):
    Permission.objects.all().delete()
    Group.objects.all().delete()
    editors.make_group(apps, Schema)
    assert Group.objects.get().permissions.filter(content_type__app_label="events", codename="change_event").exists()


def test_back(db):
    editors.remove_group(apps, Schema)
    assert not Group.objects.exists()
