"""Make the portal's secret keys once, in DATA_DIR/secrets.env; standard library alone.

Keys already in the file stay as they are; keys that the environment gives are not written. The file belongs to the
data, is readable by its owner alone, and is never committed. Whoever loses FIELD_KEYS loses the identity numbers.
"""

import base64
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path


def fernet_key() -> str:
    """A key for Fernet: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


KEYS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_KEYS": fernet_key,
    "SEARCH_KEY": lambda: secrets.token_urlsafe(32),
}


def make_secrets(data_dir: Path) -> list[str]:
    """Add the missing keys to `data_dir`/secrets.env; the names of those added."""
    path = data_dir / "secrets.env"
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    known = {line.partition("=")[0] for line in there.splitlines()}
    missing = [name for name in KEYS if name not in known and not os.environ.get(name)]
    if missing:
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".secrets.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(there + "".join(f"{name}={KEYS[name]()}\n" for name in missing))
        draft.replace(path)
    return missing


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(f"{__doc__}\nusage: make_secrets.py DATA_DIR", file=sys.stderr)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    added = make_secrets(Path(sys.argv[1]))
    if added:
        print(f"new keys in {Path(sys.argv[1]) / 'secrets.env'}: {', '.join(added)}; keep a copy in a safe place")
    return 0


if __name__ == "__main__":
    sys.exit(main())
