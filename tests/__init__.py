"""What checks the book, and what its readers use to try things."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
