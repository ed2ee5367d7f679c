"""Bulk operations: one action on many phones, planned first, then done in batches by a job."""
