"""Files opened, once the gate has let them in: pages as pictures, what people are shown, a digital signature."""
