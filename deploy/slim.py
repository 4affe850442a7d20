"""
Make installed packages small, for a container: drop what a running bot never opens, and compile the rest.

Usage: ``python deploy/slim.py SITE_PACKAGES LANGUAGE...``. Standard library only; run while the image is built.
"""

import compileall
import shutil
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

BUILDERS = ("pip", "pip-*.dist-info", "setuptools", "setuptools-*.dist-info", "_distutils_hack", "pkg_resources",
            "distutils-precedence.pth", "bin")  # fmt: skip
UNOPENED = ("*.c", "*.cpp", "*.h", "*.pxd", "*.pyx", "*.pyi", "*.dll", "*.dylib")
"""Sources of compiled modules, types for editors, other systems' libraries."""


def slim(packages: Path, languages: list[str]) -> None:
    """Drop the tools that build, sources of what is compiled, tests, and the locales of other languages."""
    for pattern in BUILDERS:
        for path in packages.glob(pattern):
            _remove(path)
    for path in [path for path in packages.rglob("*") if path.is_dir() and path.name in ("tests", "__pycache__")]:
        _remove(path)
    for pattern in UNOPENED:
        for path in packages.rglob(pattern):
            _remove(path)
    for path in (packages / "babel" / "locale-data").glob("*.dat"):
        if path.stem != "root" and path.stem.split("_")[0] not in languages:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> int:
    """Slim, then compile; a copy into another layer may change the files' times, so those don't count."""
    packages, languages = Path(sys.argv[1]), sys.argv[2:]
    slim(packages, languages)
    unchecked = PycInvalidationMode.UNCHECKED_HASH
    return 0 if compileall.compile_dir(packages, quiet=1, invalidation_mode=unchecked) else 1


if __name__ == "__main__":
    sys.exit(main())
