"""Where a course is made and its learners are looked after."""

from tuition.web.learning.teaching import assigning, awarding, builder, groups, lessons, listing, members, rubrics, settings

ROUTERS = [
    listing.router,
    assigning.router,
    awarding.router,
    settings.router,
    members.router,
    groups.router,
    rubrics.router,
    lessons.router,
    builder.router,
]

__all__ = ["ROUTERS"]
