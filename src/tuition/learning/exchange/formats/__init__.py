"""How other programs write questions and courses: one file each to read, one each to write."""
