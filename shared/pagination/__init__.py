"""Lists: ``?limit=`` and ``?cursor=``, answered as ``{"items": […], "next_cursor": …|null}``."""

from shared.pagination.cursors import Page, PageQuery, page

__all__ = ["Page", "PageQuery", "page"]
