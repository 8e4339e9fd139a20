"""The letter as data: what it says, and what was found of a signed one."""
