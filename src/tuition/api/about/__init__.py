"""What the API says about itself: whether it is well, its document, and the site that it serves."""

from tuition.api.about import health, openapi, site

__all__ = ["health", "openapi", "site"]
