"""Pictures of tensors as boxes: shapes, sums, broadcasting, products, stacks of sheets."""
