"""A Debian mirror of our own for tests: suites of packages that hold next to nothing.

They are not signed, which is allowed to them and to nobody else.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.lab import cache, debian


class Repository:
    """Debian in a folder: suites of packages that hold next to nothing."""

    def __init__(self, place: Path) -> None:
        """Take a folder that is not there yet."""
        self.place = place
        (place / "pool").mkdir(parents=True)
        (place / "dists/stable").mkdir(parents=True)
        (place / "dists/stable/InRelease").touch()  # see outside.no_mirror

    @property
    def uri(self) -> str:
        """Return the address for apt."""
        return self.place.as_uri()

    def package(
        self, name: str, version: str, depends: str = "", place: str = ""
    ) -> str:
        """Build a package with what a kernel has; return its part of the index.

        The kernel's release is place, or what the name of an image says.
        """
        tree = self.place / "tree" / name
        release = place or name.partition("-image-")[2]
        shutil.rmtree(tree, ignore_errors=True)
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / f"lib/modules/{release}").mkdir(parents=True)
        (tree / "boot").mkdir()
        (tree / f"boot/vmlinuz-{release}").write_text(version)
        (tree / f"boot/config-{release}").touch()
        control = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\n"
        control += f"Depends: {depends}\n" if depends else ""
        control += "Maintainer: Nobody <nobody@example.org>\nDescription: a kernel\n"
        (tree / "DEBIAN/control").write_text(control)
        file = self.place / "pool" / f"{name}.deb"
        build = ["dpkg-deb", "-Znone", "--root-owner-group", "--build"]
        debian.run([*build, tree, file])
        return (
            f"{control}Filename: pool/{file.name}\nSize: {file.stat().st_size}\n"
            f"SHA256: {cache.sha256(file)}\n\n"
        )

    def suite(self, name: str, **versions: str) -> None:
        """Make a suite of images anew, from their versions by release."""
        index = "".join(
            self.package(f"linux-image-{release}-amd64", version)
            for release, version in versions.items()
        )
        self.publish(name, index)

    def publish(self, name: str, index: str) -> None:
        """Write the lists of a suite, which expired long ago."""
        folder = self.place / "dists" / name
        (folder / "main/binary-amd64").mkdir(parents=True, exist_ok=True)
        (folder / "main/binary-amd64/Packages").write_text(index)
        total = hashlib.sha256(index.encode()).hexdigest()
        (folder / "Release").write_text(
            f"Suite: {name}\nCodename: {name}\nArchitectures: amd64\n"
            "Components: main\nDate: Sat, 01 Jan 2022 00:00:00 UTC\n"
            "Valid-Until: Sat, 08 Jan 2022 00:00:00 UTC\n"
            f"SHA256:\n {total} {len(index)} main/binary-amd64/Packages\n"
        )


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a mirror that has no suite yet, and is the one that is used."""
    monkeypatch.setattr(debian, "trust", lambda: "Trusted: yes\n")
    found = Repository(tmp_path / "debian")
    monkeypatch.setenv("DEBIAN_MIRROR", found.uri)
    monkeypatch.delenv("DEBIAN_ARCHIVE", raising=False)
    return found


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache with nothing in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache.folder().mkdir(parents=True)
    return cache.folder()
