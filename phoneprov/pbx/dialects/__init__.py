"""What buttons dial on each kind of PBX: feature codes, parking, pick-up."""
