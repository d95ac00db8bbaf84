"""What a text says over several lines: tables, a value below its key, mail, encodings that were folded into lines."""
