"""Asterisk over its manager interface (AMI): its PJSIP contacts are read, NOTIFY is sent."""
