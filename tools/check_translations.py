"""Compare the texts of the portal with their English; gettext's own programs do the work.

Every text that makemessages finds in a copy of the tree must stand in locale/en/LC_MESSAGES/django.po, translated and
not marked fuzzy, and the compiled django.mo must say the same as the django.po. What is missing is printed with the
place it stands, ready to be filled in; the exit status is then 1.
"""

import gettext
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
PROGRAMS = ("xgettext", "msguniq", "msgmerge", "msgattrib", "msgfmt")
LEFT_OUT = shutil.ignore_patterns(".*", "var", "tests", "vendor", "locale", "tools", "bench", "docs", "__pycache__")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a program in English; what it printed. Ends this one with its complaint when it fails."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def extracted(root: Path, folder: Path) -> Path:
    """The template of every text in the tree at `root`, made in a copy of it under `folder`."""
    copy = folder / "tree"
    shutil.copytree(root, copy, ignore=LEFT_OUT)
    (copy / "locale").mkdir()
    makemessages = (sys.executable, "-m", "django", "makemessages", "--locale", "en", "--keep-pot")
    run(*makemessages, "--extension", "html,txt,py", cwd=copy)
    return copy / "locale" / "django.pot"


def entries(listing: str) -> str:
    """A PO listing without its header entry."""
    return listing.partition("\n\n")[2].strip()


def stale(catalogue: Path, folder: Path) -> bool:
    """Whether the compiled catalogue says something else than the text it was made from, or is not there."""
    compiled, fresh = catalogue.with_suffix(".mo"), folder / "fresh.mo"
    run("msgfmt", "--check", "-o", fresh, catalogue)
    if not compiled.exists():
        return True
    said = []
    for path in (compiled, fresh):
        with path.open("rb") as file:
            translations = gettext.GNUTranslations(file)
        said.append({key: text for key, text in vars(translations)["_catalog"].items() if key})
    return said[0] != said[1]


def main() -> int:
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        print(
            f"!!!!!!!! LEFT OUT: the check of translations: no {absent[0]} here (apt install gettext)", file=sys.stderr
        )
        return 1 if os.environ.get("CI") == "true" else 0
    root = Path(sys.argv[1]) if sys.argv[1:] else ROOT
    catalogue = root / CATALOGUE
    if not catalogue.exists():
        sys.exit(f"there is no {CATALOGUE}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = extracted(root, folder)
        merged = folder / "merged.po"
        merged.write_text(run("msgmerge", "--no-fuzzy-matching", "--quiet", "-o", "-", catalogue, template), "utf-8")
        missing = entries(run("msgattrib", "--untranslated", "--no-obsolete", merged))
        fuzzy = entries(run("msgattrib", "--only-fuzzy", "--no-obsolete", merged))
        old = stale(catalogue, folder)
    if missing:
        print(f"Without English in {CATALOGUE}:\n\n{missing}\n", file=sys.stderr)
    if fuzzy:
        print(f"Marked fuzzy in {CATALOGUE}:\n\n{fuzzy}\n", file=sys.stderr)
    if old:
        print(
            f"{CATALOGUE.with_suffix('.mo')} is older than its text: run `python manage.py compilemessages`",
            file=sys.stderr,
        )
    if missing or fuzzy or old:
        return 1
    print("translations: every text has its English")
    return 0


if __name__ == "__main__":
    sys.exit(main())
