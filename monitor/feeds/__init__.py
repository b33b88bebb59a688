"""Feeds in: an address goes in, clean entries or a plain failure come out.

`acquire` is the only door. Behind it: `fetch` (one guarded HTTP exchange) over `guard`, `bodies` and `answers`;
`reading` (what need not be parsed again) over `charsets` and `gate`; `workers` and `worker` (processes of our own,
bounded in time and memory, spoken to in `messages`), in which `parse` and `jsonfeed` read documents over `dates` and
`clean`. `cadence` decides, purely, when to ask again, and `condition` how a source is doing and what its polls teach.

This room knows neither the store nor the settings; all it needs comes with the job.
"""
