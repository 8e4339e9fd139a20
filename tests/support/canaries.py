"""A company and its representative whose every datum would be noticed anywhere."""

REPRESENTATIVE = {
    "full_name": "Zoraida Quimbayá Tunjacipá",
    "document_number": "79777333",
    "email": "zoraida.quimbaya@canario.example.co",
    "phone": "+57 311 777 3330",
    "role": "Gerenta Canaria",
}
COMPANY = {
    "legal_name": "Canarios Quimbayá e Hijos S.A.S.",
    "nit": "890903938-8",
    "email": "avisos@canario.example.co",
    "address": "Vereda Canarión km 7",
}
CANARIES = {
    *REPRESENTATIVE.values(), *COMPANY.values(),
    "Quimbay", "Zoraida", "890903938", "canario.example", "Canari", "311 777", "3117773330",
}  # fmt: skip


def found_in(text: str) -> list[str]:
    """Return what of them stands in a text."""
    return sorted(canary for canary in CANARIES if canary in text)
