"""What is computed rather than drawn by hand: colours from one colour, covers from an id, charts from figures. Pure."""

from tuition.web.rendering.drawing import charts, colour, cover, lettering, theme

__all__ = ["charts", "colour", "cover", "lettering", "theme"]
