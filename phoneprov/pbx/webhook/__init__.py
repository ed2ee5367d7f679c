"""Any PBX that posts what it knows to us, and takes NOTIFY by a webhook of its own."""
