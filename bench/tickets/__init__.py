"""django-helpdesk as its own documents set it up, to be asked beside the portal; lives in an environment of its own."""
