"""Found a community and appoint its first secretary."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from community import founding
from community.phones import clean_phone
from core.refusal import Refused


class Command(BaseCommand):
    help = (
        "Found a community and appoint its first secretary, who then appoints everybody else in the browser. "
        "Asks for the secretary's password, or reads it from standard input with --password-stdin."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="the 12-digit statistical code")
        parser.add_argument("--name", required=True, help="the community's name")
        parser.add_argument("--short-name", required=True, help="the prefix of its numbers, such as ZFL")
        parser.add_argument("--phone", default="", help="the office's telephone, shown on every page")
        parser.add_argument("--address", default="", help="the office's address")
        parser.add_argument("--office-hours", default="", help="when the office is open, in words")
        parser.add_argument("--secretary-name", required=True)
        parser.add_argument("--secretary-phone", required=True, help="the mobile number to sign in by")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {name: options[name] for name in ("short_name", "phone", "address", "office_hours")}
        try:
            phone = clean_phone(options["secretary_phone"])
            password = input() if options["password_stdin"] else getpass("Password of the secretary: ")
            validate_password(password)
            with transaction.atomic():
                community = founding.found_community(code=options["code"], name=options["name"], **fields)
                community.full_clean()
                founding.appoint_secretary(community, phone=phone, name=options["secretary_name"], password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{community.name} ({community.code}); {options['secretary_name']} signs in by {phone}.")
