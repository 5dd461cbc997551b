"""What a measurement is: the records of calls and slots, metrics, shares, objectives, plans and options."""
