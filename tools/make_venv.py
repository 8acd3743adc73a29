"""Make .venv and install pinned packages into it; run by the system's own Python, standard library alone.

Works where Debian's python3-venv (ensurepip) is missing: pip comes from the wheel beside this file, whose SHA-256 is
compared before use. Packages come by hash from a requirements file, as wheels: nothing is compiled here.
"""

import argparse
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WHEEL = ROOT / "tools" / "pip-26.3-py3-none-any.whl"
OLDEST = (3, 11)


def trusted_pip() -> Path:
    """The vendored pip wheel; ends the program when it is not the one that the manifest names."""
    listed = (WHEEL.parent / "MANIFEST.sha256").read_text(encoding="utf-8").split()
    if hashlib.sha256(WHEEL.read_bytes()).hexdigest() not in listed:
        sys.exit(f"{WHEEL.name} is not the file that tools/MANIFEST.sha256 names. Get a fresh copy of the repository.")
    return WHEEL


def runs(python: Path, *arguments: str) -> bool:
    """Whether this interpreter is there and carries out the arguments without complaint."""
    if not python.exists():
        return False
    return subprocess.run([python, *arguments], capture_output=True, check=False).returncode == 0


def make_venv() -> Path:
    """The interpreter of .venv, made (or made anew when it no longer runs) with pip in it."""
    python = VENV / "bin" / "python"
    if not runs(python, "-c", ""):
        print("making .venv", flush=True)
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
    if not runs(python, "-m", "pip", "--version"):
        wheel = trusted_pip()
        subprocess.run([python, wheel / "pip", "install", "--quiet", "--no-index", wheel], check=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirements", type=Path, help="the file of pinned packages with hashes")
    requirements = parser.parse_args().requirements
    if sys.version_info < OLDEST:
        there, wanted = ".".join(map(str, sys.version_info[:2])), ".".join(map(str, OLDEST))
        sys.exit(
            f"This is Python {there}; the portal needs {wanted} or newer. Try: make PYTHON=/path/to/python{wanted}"
        )
    python = make_venv()
    print(f"installing {requirements}", flush=True)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    return subprocess.run([python, *install, "--only-binary", ":all:", "-r", requirements], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
