"""What `scripts/bench` is made of: a world of made-up feeds, its server, the runs, and the tables. Linux only: it reads /proc."""
