"""What one person may do within a day, and what is said where it was done."""

from django.core.exceptions import ValidationError


class TooMany(ValidationError):
    """Somebody has written or invited as much as one person may in a day."""

    CODE = "too-many"

    def __init__(self, message, params=None):
        super().__init__(message, self.CODE, params)
