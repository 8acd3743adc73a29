"""django-ledger as its own documents set it up, with a book to be asked; lives in an environment of its own."""
