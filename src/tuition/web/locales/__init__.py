"""The sentences in other languages: one gettext catalogue each, English being the id.

``python -m tuition.web.locales update`` brings the catalogues up to what the code says; ``check`` fails when one is behind, has a
gap, or names another placeholder than its English. The ``.mo`` files are compiled with the front end and never committed.
"""
