"""What an admin orders: commands, and the PBX links that carry them."""
