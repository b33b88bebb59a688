"""What is the same: one article seen twice, one text in several outlets.

`canonical` and `fingerprint` make the keys by which the store finds candidates; `identity` decides whether an entry is an
article already known; `fold` decides which story a new item joins and which copy leads. All are pure: old state in, a decision
with its reason out.
"""
