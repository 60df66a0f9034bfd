"""Learning: courses, who learns in them, how far they are, and what comes of it. Knows no money.

The room has parts, and each is a door of its own: ``from tuition.learning import courses, enrollments``. A part imports only
parts that stand below it (``.importlinter`` has their order), through their doors. What the parts have in common with
payment is a grant (``access``): whoever may open a course can learn in it, whatever the grant came from.
"""
