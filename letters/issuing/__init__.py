"""The letter made: its clauses, its layout, its codes, and the receipt of a whole case."""
