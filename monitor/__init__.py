"""Monitor: a self-hosted media monitor for embassies, press offices, NGOs and newsrooms."""

__version__ = "0.1.0"
