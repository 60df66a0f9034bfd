"""What people say, over HTTP."""

from tuition.api.community import discussions, opinions

ROUTERS = [discussions.router, opinions.router]

__all__ = ["ROUTERS"]
