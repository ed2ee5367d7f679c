"""The matrix of what each model can do, read back as its phone would."""
