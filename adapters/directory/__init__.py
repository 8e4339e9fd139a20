"""The desk's directory: a derived table of the companies, to be found by id, NIT and name.

The bucket holds the truth. Whatever is lost here is built from it again.
"""
