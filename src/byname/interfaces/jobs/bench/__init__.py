"""Measuring byname: what each figure is measured on, and how."""
