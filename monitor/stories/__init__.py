"""What is the same: one article seen twice, one text in several outlets.

`canonical` and `fingerprint` make the keys by which the store finds candidates, `shingles` and `titles` those of copies.
`identity` decides whether an entry is an article already known. `likeness` measures a copy against a lead, with `numbers` as a
veto; `chains` finds what an update updates, `boilerplate` what a source puts under everything; `fold` decides which story a new
item joins and which copy leads. All are pure, `memory` of texts read lately apart: old state in, a decision with its reason out.
"""
