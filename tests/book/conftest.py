"""Fixtures: the checkout, the book built once, and small trees to break."""

from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.book.support import Build, Plant, build_book


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return the book, built once for all tests."""
    return build_book(tmp_path_factory.mktemp("book"))


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Return a function that writes files, by path, into an empty folder."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write
