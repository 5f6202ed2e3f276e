"""Maintenance of people, agencies and programmes. Django finds the pages by importing this package."""

from programs.admin import people, programmes

__all__ = ["people", "programmes"]
