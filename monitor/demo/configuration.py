"""The configuration of the demonstration, a folder like anybody's: the files of `config/` with this run's addresses."""

from __future__ import annotations

from pathlib import Path
from string import Template

CONFIG = Path(__file__).parent / "config"
FILES = ("monitor.toml", "sources.toml", "rules.toml", "digests.toml")


def write_configuration(folder: Path, *, server_url: str, mail_host: str, mail_port: int) -> list[Path]:
    """Write the four files into `folder` (made where it is missing) and return their paths in order.

    `server_url` is the demo server's without a slash at its end. A file that is there already is never overwritten:
    FileExistsError. The store's path is relative, so the database stands in `data/` beside `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    addresses = {"server": server_url, "mail_host": mail_host, "mail_port": str(mail_port)}
    written = []
    for name in FILES:
        text = Template((CONFIG / name).read_text("utf-8")).substitute(addresses)
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(text)
        written.append(folder / name)
    return written
