#!version:1.0.0.1
include:config "{{ mac }}.cfg"
overwrite_mode = 0
