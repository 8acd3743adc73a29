"""Compare vendored files with their SHA-256 manifests.

A manifest is a `MANIFEST.sha256` in the format of sha256sum(1), with paths relative to its own folder; it leaves out
the folder's README.md. A file that differs, is missing, or lies in a vendored folder without being listed is a fault:
the tool names each and exits 1.
`--write` makes the manifests anew after a deliberate update.
"""

import argparse
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = "MANIFEST.sha256"
FOLDERS = {"static/vendor": "**/*", "tests/vendor": "**/*", "tools": "*.whl"}


def vendored_files(folder: Path, pattern: str) -> dict[str, str]:
    """SHA-256 of every file in `folder` that `pattern` finds, by path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob(pattern))
        if path.is_file() and path.name not in (MANIFEST, "README.md")
    }


def listed_files(folder: Path) -> dict[str, str]:
    """What the manifest of `folder` promises; empty where there is no manifest."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        return {}
    rows = (line.split("  ", 1) for line in manifest.read_text(encoding="utf-8").splitlines() if line)
    return {name: checksum for checksum, name in rows}


def faults(root: Path = ROOT) -> list[str]:
    """One sentence for every vendored file that is not what its manifest says."""
    found: list[str] = []
    for name, pattern in FOLDERS.items():
        there, listed = vendored_files(root / name, pattern), listed_files(root / name)
        found += [f"{name}/{path}: listed in the manifest but missing" for path in sorted(listed.keys() - there.keys())]
        found += [f"{name}/{path}: not in the manifest" for path in sorted(there.keys() - listed.keys())]
        found += [
            f"{name}/{path}: differs from its manifest"
            for path in sorted(listed.keys() & there.keys())
            if listed[path] != there[path]
        ]
    return found


def write(root: Path = ROOT) -> None:
    """Make every manifest anew from what lies in its folder."""
    for name, pattern in FOLDERS.items():
        rows = vendored_files(root / name, pattern)
        text = "".join(f"{checksum}  {path}\n" for path, checksum in rows.items())
        (root / name / MANIFEST).write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="make the manifests anew")
    if parser.parse_args().write:
        write()
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print("vendored files: as their manifests say")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
