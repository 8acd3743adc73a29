"""Who takes which shift: a problem in plain numbers, its hard rules said once, a search for the fairest plan.

Nothing here knows whose shifts they are. Times are whole minutes from a Monday at midnight, so that a day is 1,440 of
them and a week seven days; the caller translates.
"""
