"""Lists of phones: what a CSV file of them says, and what taking it would do."""
