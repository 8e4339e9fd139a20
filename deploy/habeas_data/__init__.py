"""A company's rights over its data (Ley 1581 of 2012, article 8): to have them, and to have them erased."""
