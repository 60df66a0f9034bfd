"""Moodle's two formats for questions: GIFT and XML.

What they cannot say stands beside each question, where Moodle does not look: in a comment, in an element of ours. With it stands
a hash of the question as it is written; if that is untouched, the question comes back exactly, else what is written counts.
"""
