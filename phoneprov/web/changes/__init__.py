"""What a change would do and how far it has got: shared by the screens that change configs."""
