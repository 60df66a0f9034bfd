"""The ground floor: what every room needs and no business knows of.

Each part is a door of its own: ``from tuition.platform import database, events, jobs, …``.
Words: *session* (a database transaction in progress), *job* (work that outlives the request), *file* (bytes with a key).
"""
