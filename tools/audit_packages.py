"""Ask the OSV database for known holes in the pinned packages.

A hole that is known ends with exit status 1. A network that does not answer is said loudly and is no failure: it
says nothing about the packages.
"""

import json
import subprocess
import sys


def audit(requirements: str) -> list[str] | None:
    """One line for every known hole in the packages of this file; None when the database could not be asked."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--progress-spinner", "off"]
    command += ["--disable-pip", "--require-hashes", "--timeout", "10", "--format", "json", "-r", requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(*done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {hole['fix_versions'] or 'no version yet'}"
        for package in packages
        for hole in package.get("vulns", [])
    ]


def main() -> int:
    found: set[str] = set()
    for requirements in sys.argv[1:]:
        holes = audit(requirements)
        if holes is None:
            print("!!!!!!!! LEFT OUT: the audit of packages: the database of holes does not answer", file=sys.stderr)
            return 0
        found.update(holes)
    for hole in sorted(found):
        print(hole, file=sys.stderr)
    if not found:
        print("packages: no hole is known")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
