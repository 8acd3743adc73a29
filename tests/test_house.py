"""The house itself: vendored files, pinned packages, and the tools that install, run and check it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tools"
TRANSLATED_ROOM = 'from django.utils.translation import gettext as _\n\nGREETING = _("%(name)s，您好")'
ENGLISH = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#, python-format
msgid "%(name)s，您好"
msgstr "Hello %(name)s"
"""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with these environment variables besides those there are."""
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def pins(name: str) -> dict[str, str]:
    """Package name → pinned version in a compiled requirements file."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+(?:\[\S+\])?)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


def test_vendored_files_are_what_their_manifests_say() -> None:
    done = run(sys.executable, TOOLS / "check_vendored.py")
    assert done.returncode == 0, done.stderr


def spoil(css: Path) -> None:
    css.write_text(css.read_text("utf-8") + " ", "utf-8")


def add_another(css: Path) -> None:
    css.with_name("extra.css").touch()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (spoil, "bootstrap.min.css: differs from its manifest"),
        (Path.unlink, "bootstrap.min.css: listed in the manifest but missing"),
        (add_another, "extra.css: not in the manifest"),
    ],
    ids=["changed", "missing", "extra"],
)
def test_a_vendored_file_that_is_not_as_published_is_named(
    tmp_path: Path, change: Callable[[Path], None], fault: str
) -> None:
    for folder in ("static/vendor", "tests/vendor", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    change(tmp_path / "static/vendor/bootstrap/bootstrap.min.css")
    done = run(sys.executable, tmp_path / "tools/check_vendored.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, f"static/vendor/bootstrap/{fault}\n")


def test_the_portal_and_its_tests_pin_the_same_versions() -> None:
    base, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert base
    assert {name: development.get(name) for name in base} == base


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pinned_package_has_a_hash(name: str) -> None:
    blocks = re.split(r"^(?=\S)", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    packages = [block for block in blocks if "==" in block.partition("\n")[0]]
    assert len(packages) == len(pins(name))
    assert [block.partition(" ")[0] for block in packages if "--hash=sha256:" not in block] == []


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    unset = {"SECRET_KEY": "", "FIELD_KEYS": "", "SEARCH_KEY": ""}
    first = run(sys.executable, TOOLS / "make_secrets.py", tmp_path / "data", **unset)
    kept = tmp_path / "data" / "secrets.env"
    text = kept.read_text("utf-8")
    assert first.returncode == 0
    assert re.fullmatch(r"SECRET_KEY=\S{60,}\nFIELD_KEYS=\S{43}=\nSEARCH_KEY=\S{40,}\n", text)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not any(line.partition("=")[2] in first.stdout for line in text.splitlines())
    again = run(sys.executable, TOOLS / "make_secrets.py", tmp_path / "data", **unset)
    assert (again.stdout, kept.read_text("utf-8")) == ("", text)


def test_secrets_that_the_environment_gives_are_not_written(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "from-elsewhere", "FIELD_KEYS": "from-elsewhere", "SEARCH_KEY": ""}
    run(sys.executable, TOOLS / "make_secrets.py", tmp_path, **given)
    assert re.fullmatch(r"SEARCH_KEY=\S+\n", (tmp_path / "secrets.env").read_text("utf-8"))


def test_a_changed_pip_is_not_run(tmp_path: Path) -> None:
    shutil.copytree(TOOLS, tmp_path / "tools")
    with (tmp_path / "tools/pip-26.3-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"\0")
    done = run(sys.executable, tmp_path / "tools/make_venv.py", "requirements.txt", cwd=tmp_path)
    assert done.returncode != 0
    assert "is not the file that tools/MANIFEST.sha256 names" in done.stderr


def needs_postgres() -> None:
    if run(TOOLS / "with_postgres", "--check").returncode:
        pytest.skip("no PostgreSQL server here")


def cluster_folder(url: str) -> Path:
    """The folder of the cluster that a DATABASE_URL points to."""
    assert url.startswith("postgres://postgres@//")
    return Path(url.strip().removeprefix("postgres://postgres@/")).parent


def test_a_cluster_is_gone_when_its_command_ends() -> None:
    needs_postgres()
    done = run(TOOLS / "with_postgres", "sh", "-c", 'echo "$DATABASE_URL"; exit 7')
    assert done.returncode == 7, done.stderr
    assert not cluster_folder(done.stdout).exists()


def lives(process: int) -> bool:
    """Whether a process still runs; one that is dead and waits to be reaped has no command line any more."""
    command_line = Path(f"/proc/{process}/cmdline")
    return command_line.exists() and command_line.read_bytes() != b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_cluster_is_gone_when_a_signal_ends_it(number: signal.Signals) -> None:
    needs_postgres()
    command = [TOOLS / "with_postgres", "sh", "-c", 'echo "$DATABASE_URL"; exec sleep 60']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as beside:
        assert beside.stdout
        folder = cluster_folder(beside.stdout.readline())
        server = int((folder / "data" / "postmaster.pid").read_text("utf-8").splitlines()[0])
        beside.send_signal(number)
        assert beside.wait(timeout=120) == 128 + number
    assert not folder.exists()
    assert not lives(server)


def needs_gettext() -> None:
    if shutil.which("msgmerge") is None:
        pytest.skip("no gettext here")


@pytest.fixture
def translated_tree(tmp_path: Path) -> Path:
    """A small tree whose one text has its English, compiled."""
    needs_gettext()
    (tmp_path / "room.py").write_text(f"{TRANSLATED_ROOM}\n", "utf-8")
    catalogue = tmp_path / "locale/en/LC_MESSAGES/django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(ENGLISH, "utf-8")
    run("msgfmt", catalogue, "-o", catalogue.with_suffix(".mo"))
    return tmp_path


def check_translations(tree: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, TOOLS / "check_translations.py", tree)


def test_a_translated_tree_passes(translated_tree: Path) -> None:
    done = check_translations(translated_tree)
    assert done.returncode == 0, done.stderr


def test_a_text_without_english_is_printed_with_its_place(translated_tree: Path) -> None:
    (translated_tree / "room.py").write_text(f'{TRANSLATED_ROOM}\nBYE = _("再见")\n', "utf-8")
    done = check_translations(translated_tree)
    assert done.returncode == 1
    assert '#: room.py:4\nmsgid "再见"\nmsgstr ""' in done.stderr
    assert "您好" not in done.stderr


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (ENGLISH.replace("#, ", "#, fuzzy, "), "Marked fuzzy"),
        (ENGLISH.replace("Hello", "Good day"), "is older than its text"),
        (ENGLISH.replace('%(name)s"\n', 'you"\n'), "'name' doesn't exist in 'msgstr'"),
    ],
    ids=["fuzzy", "stale", "placeholder"],
)
def test_english_that_cannot_be_trusted_is_named(translated_tree: Path, written: str, complaint: str) -> None:
    (translated_tree / "locale/en/LC_MESSAGES/django.po").write_text(written, "utf-8")
    done = check_translations(translated_tree)
    assert done.returncode == 1
    assert complaint in done.stderr
