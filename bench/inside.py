"""Do one of the chores inside the portal: `python bench/inside.py COMMAND …` with its settings; prints JSON."""

import json
import os
import sys
from typing import Any

import django


def main(command: str, *arguments: str) -> Any:
    """What the command answers. Refused on anything but a demo: the chores write rows by the thousand."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import books
    import chores
    import crowd
    import doors
    import grown
    import laid
    import ledger

    chores.must_be_demo()
    commands = {
        "rows": chores.rows,
        "pages": chores.pages,
        "look": chores.look,
        "ledger": ledger.race,
        "books_grow": books.books_grow,
        "statement": books.statement,
        "bill": books.bill,
        "crowd": crowd.crowd,
        "settle": crowd.settle,
        "register_pages": crowd.register_pages,
        "explain": crowd.explain,
        "desk_pages": grown.desk_pages,
        "grow": grown.grow,
        "round_grow": laid.round_grow,
        "round_open": laid.round_open,
        "round_found": laid.round_found,
        "book_doors": doors.book_doors,
        "book_rows": doors.book_rows,
        "book_found": doors.book_found,
    }
    return commands[command](*arguments)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:]), ensure_ascii=False))
