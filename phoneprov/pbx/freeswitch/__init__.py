"""FreeSWITCH over its event socket: registrations are followed, NOTIFY is sent through it."""
