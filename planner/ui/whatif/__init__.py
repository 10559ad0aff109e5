"""What-ifs: what may be tried, the shelf of those that are kept, and two plans side by side."""
