"""The billing API: JSON over HTTP for a billing backend, under `/api`.

An application of its own: bearer tokens instead of cookies, problem documents instead of pages.
"""
