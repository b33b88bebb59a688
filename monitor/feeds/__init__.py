"""Feeds in: an address goes in, clean entries or a plain failure come out.

`acquire` is the only door. Behind it: `fetch` (one guarded HTTP exchange) over `guard`, `bodies` and `answers`;
`reading` (what need not be parsed again) over `charsets` and `gate`; `workers` and `worker` (processes of our own,
bounded in time and memory, spoken to in `messages`), in which `parse` and `jsonfeed` read documents over `dates` and
`clean`. Sites without a feed come through `sites` (in the workers: `pages` and `sitemaps` over `local_dates`) and whole
texts through `full_texts` (`articles`), both as `robots` allows. `discover` finds what an address can be followed by
(`proposals` for pages), `opml` reads and writes lists of feeds. `cadence` decides,
purely, when to ask again, and `condition` how a source is doing and what its polls teach.

This room knows neither the store nor the settings; all it needs comes with the job.
"""
