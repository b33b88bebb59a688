"""Text as every room sees it: folded spellings, words with offsets, wire furniture.

Pure functions, no state but caches.
"""
