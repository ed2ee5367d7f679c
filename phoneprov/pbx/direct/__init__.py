"""No PBX integration: we probe the phones ourselves, and send them NOTIFY directly."""
