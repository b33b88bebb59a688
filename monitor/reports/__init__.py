"""Reports: who carried a release and what became of it there, and what sources changed in texts already published."""
