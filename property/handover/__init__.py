"""One office passes from one person to the next, with everything that belongs to it written down."""
