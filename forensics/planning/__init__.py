"""What a preservation would ask, make, take and cost: asked of AWS without changing anything."""
