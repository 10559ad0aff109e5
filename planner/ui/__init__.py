"""The desk: the browser app on this machine alone. Pages and widgets, no planning."""
