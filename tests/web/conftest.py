"""Tests of the pages need what browsers load."""

from tests.web.built import built_front_end  # noqa: F401  # pytest finds fixtures by their name in conftest
