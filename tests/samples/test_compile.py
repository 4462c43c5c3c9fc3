"""Every C sample compiles by itself, with every compiler; and make is incremental."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CODE_SAMPLES = Path(__file__).resolve().parents[2] / "code-samples"
SAMPLES = sorted(CODE_SAMPLES.rglob("*.c"))

STRICT = ["-std=gnu17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]

# musl-gcc looks for no headers but musl's own. The kernel's come after those.
KERNEL_HEADERS = [
    *("-idirafter", "/usr/include"),
    *("-idirafter", "/usr/include/x86_64-linux-gnu"),
]

# Name of the test: command line, and the Debian package that has the compiler.
COMPILERS = {
    "cc": (["cc"], "gcc"),
    "gcc": (["gcc", *STRICT], "gcc"),
    "gcc-m32": (["gcc", "-m32", *STRICT], "gcc-multilib"),
    "clang": (["clang", *STRICT], "clang"),
    "clang-m32": (["clang", "-m32", *STRICT], "clang"),
    "tcc": (["tcc", "-Wall", "-Werror"], "tcc"),
    "musl-gcc": (["musl-gcc", *STRICT, *KERNEL_HEADERS], "musl-tools"),
}


def relative(path: Path) -> str:
    """Return a sample's name for the list of tests."""
    return str(path.relative_to(CODE_SAMPLES))


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("sample", SAMPLES, ids=relative)
def test_compiles(sample: Path, compiler: str, tmp_path: Path) -> None:
    command, package = COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.fail(f"{command[0]} is missing: install the package {package}")
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "sample"), str(sample)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of code-samples below a folder with a space in its name."""
    copy = tmp_path / "the book" / "code-samples"
    shutil.copytree(CODE_SAMPLES, copy)
    make(copy)
    return copy


def make(tree: Path, *arguments: str) -> str:
    """Run make in a tree and return what it printed, without make's own remarks."""
    # A make that started us would have its flags apply to ours.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    environment |= {"LC_ALL": "C"}
    done = subprocess.run(
        ["make", "--no-print-directory", "CFLAGS=-O0", *arguments],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def built(tree: Path) -> set[str]:
    """Return the names of all files that make has built for a tree."""
    build = tree.parent / "build" / "samples"
    return {str(p.relative_to(build)) for p in build.rglob("*") if p.is_file()}


def test_make_mirrors_the_tree(tree: Path) -> None:
    expected = {relative(sample)[: -len(".c")] for sample in SAMPLES}
    expected |= {relative(script) for script in CODE_SAMPLES.rglob("*.sh")}
    assert built(tree) == expected


def test_second_make_does_nothing(tree: Path) -> None:
    assert make(tree) == ""


def test_touch_rebuilds_one(tree: Path) -> None:
    (tree / "introduction" / "show_ns.c").touch()
    assert make(tree).count("\n") == 1
    assert make(tree) == ""


def test_new_sample_needs_no_list(tree: Path) -> None:
    (tree / "topic").mkdir()
    shutil.copy(tree / "unshare.c", tree / "topic" / "sample.c")
    make(tree)
    assert "topic/sample" in built(tree)


def test_removed_sample_goes(tree: Path) -> None:
    (tree / "introduction" / "show_ns.c").unlink()
    make(tree)
    assert "introduction/show_ns" not in built(tree)


def test_other_build_folder_is_not_cleaned(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").touch()
    make(tree, f"BUILD={other}")
    assert (other / "precious").exists()
    assert (other / "introduction" / "show_ns").exists()
