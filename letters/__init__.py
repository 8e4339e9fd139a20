"""The letter as a document: bytes in, values out. No storage, no Temporal."""
