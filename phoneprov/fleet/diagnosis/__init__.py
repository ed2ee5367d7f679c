"""What is the matter with a phone: from stored facts to findings, each with its next step."""
