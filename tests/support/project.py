"""The path of the project, and that of the package under test."""

from pathlib import Path

import smrt

ROOT = Path(__file__).parents[2]
PACKAGE = Path(smrt.__file__).parent
"""In the project, or in site-packages: the tests also run on an installed wheel."""
