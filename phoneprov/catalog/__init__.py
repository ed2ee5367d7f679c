"""What exists: vendors, phone models and expansion modules, as data with sources."""
