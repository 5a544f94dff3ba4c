"""What the tests of accounts share: the settings they speak of, and Arabic that is there before its catalogue is."""

from pathlib import Path

import pytest


