"""Server processes: one, or several workers behind one address."""
