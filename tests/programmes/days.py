"""Days by their distance from today, which is asked for while a test runs: it may have been read before midnight."""

from datetime import timedelta

from django.utils.timezone import localdate


def day(number):
    """The day so many days from now, None for None."""
    return None if number is None else localdate() + timedelta(days=number)


def dated(facts):
    """Facts in which days are given by their distance, with the days themselves."""
    return {name: day(value) if isinstance(value, int) else value for name, value in facts.items()}
